import type { McpRequest } from '../../protocols/mcp/request.ts'
import { isObject } from '../../protocols/mcp/json-rpc.ts'
import type { Ms } from '../../model/units.ts'
import type { Prober } from './probes/prober.ts'

/** What to call on an unknown server. */
export interface McpCalls {
  readonly call: McpRequest
  readonly slowCall: ((ms: Ms) => McpRequest) | undefined
}

const ECHO: McpRequest = { tool: 'echo', arguments: { message: 'hello' } }

/** Slow tools of known servers, with the arguments that set their duration. */
const SLOW_TOOLS: Readonly<Record<string, (ms: Ms) => Readonly<Record<string, unknown>>>> = {
  slow: (ms) => ({ ms }),
  'trigger-long-running-operation': (ms) => ({ duration: ms / 1_000, steps: 1 }),
}

/**
 * Queries the server for its tools: one that returns its input, and one whose duration is an argument. Given calls take
 * precedence.
 */
export async function discoverCalls(prober: Prober, given: Partial<McpCalls>): Promise<McpCalls> {
  const listed = await prober.once({ method: 'tools/list', read: 'json' })
  const tools = toolsIn(listed.answer?.json)
  const slow = Object.keys(SLOW_TOOLS).find((name) => tools.has(name))
  const slowCall =
    slow === undefined
      ? undefined
      : (ms: Ms): McpRequest => ({ tool: slow, arguments: SLOW_TOOLS[slow]?.(ms) ?? {}, nonce: false })
  const takesMessage = tools.get('echo')?.includes('message') === true
  return {
    call: given.call ?? (takesMessage ? ECHO : { method: 'tools/list' }),
    slowCall: given.slowCall ?? slowCall,
  }
}

/** Returns the names of the tools, with those of their arguments. */
function toolsIn(json: unknown): ReadonlyMap<string, readonly string[]> {
  const tools = isObject(json) ? json['tools'] : undefined
  if (!Array.isArray(tools)) return new Map()
  return new Map(
    tools.filter(isObject).map(({ name, inputSchema }) => {
      const properties = isObject(inputSchema) ? inputSchema['properties'] : undefined
      return [String(name), isObject(properties) ? Object.keys(properties) : []]
    }),
  )
}
