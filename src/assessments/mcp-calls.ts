import type { McpRequest } from '../model/requests.ts'
import type { Ms } from '../model/units.ts'
import type { Prober } from './mcp-probes/prober.ts'

/** What to call on a server that nobody has told us about. */
export interface McpCalls {
  readonly call: McpRequest
  readonly slowCall: ((ms: Ms) => McpRequest) | undefined
}

const ECHO: McpRequest = { tool: 'echo', arguments: { message: 'hello' } }

/** Tools of known servers that take their time, and how each is told how much. */
const SLOW_TOOLS: Readonly<Record<string, (ms: Ms) => Readonly<Record<string, unknown>>>> = {
  slow: (ms) => ({ ms }),
  'trigger-long-running-operation': (ms) => ({ duration: ms / 1_000, steps: 1 }),
}

/** Asks the server for its tools: one that gives a text back, and one that takes as long as it is told. */
export async function discoverCalls(prober: Prober, asked: Partial<McpCalls>): Promise<McpCalls> {
  const listed = await prober.once({ method: 'tools/list', read: 'json' })
  const tools = toolsIn(listed.answer?.json)
  const slow = Object.keys(SLOW_TOOLS).find((name) => tools.has(name))
  const slowCall =
    slow === undefined
      ? undefined
      : (ms: Ms): McpRequest => ({ tool: slow, arguments: SLOW_TOOLS[slow]?.(ms) ?? {}, nonce: false })
  const takesMessage = tools.get('echo')?.includes('message') === true
  return {
    call: asked.call ?? (takesMessage ? ECHO : { method: 'tools/list' }),
    slowCall: asked.slowCall ?? slowCall,
  }
}

/** Names of the tools, with those of their arguments. */
function toolsIn(json: unknown): ReadonlyMap<string, readonly string[]> {
  const tools = (json as { readonly tools?: unknown } | undefined)?.tools
  if (!Array.isArray(tools)) return new Map()
  return new Map(
    (tools as readonly { name: string; inputSchema?: { properties?: object } }[]).map(({ name, inputSchema }) => [
      name,
      Object.keys(inputSchema?.properties ?? {}),
    ]),
  )
}
