import type { ProbeFinding } from '../../model/mcp-stress-findings.ts'
import type { LoadPlan } from '../../model/plan.ts'
import type { McpRequest } from '../../model/requests.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import type { Prober } from './prober.ts'

/** What a probe has to work with. */
export interface ProbeContext {
  readonly prober: Prober
  /** Runs a load against the server; its plan says no target. */
  load(plan: LoadPlan): Promise<LoadResult>
  /** A call that every server of this kind answers fast; whose reply it is, nobody looks at. */
  readonly call: McpRequest
  /** A call whose reply must hold what it sent; undefined where no tool gives a text back. */
  readonly echo: McpRequest | undefined
  /** A call that takes about this long; undefined where none is known. */
  readonly slowCall: ((ms: Ms) => McpRequest) | undefined
  /** How long an idle stream is watched. */
  readonly idleMs: Ms
  /** Two sessions may call with the same id at the same time. */
  readonly equalIds: boolean
}

/** Looks for one thing that MCP servers get wrong under load. */
export interface Probe {
  readonly name: string
  run(context: ProbeContext): Promise<Omit<ProbeFinding, 'name'>>
}

/** The same call for who only wants an answer, and for who wants its own. */
export function callsFrom(call: McpRequest): Pick<ProbeContext, 'call' | 'echo'> {
  const echoes = 'tool' in call && call.tool === 'echo'
  return { call: { ...call, nonce: false }, echo: echoes ? call : undefined }
}

export function notApplicable(evidence: string): Omit<ProbeFinding, 'name'> {
  return { verdict: 'not-applicable', evidence }
}
