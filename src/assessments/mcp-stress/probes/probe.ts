import type { ProbeFinding } from '../../../model/mcp-stress-findings.ts'
import type { WrittenPlan } from '../../../plan/load-plan.ts'
import type { McpRequest } from '../../../protocols/mcp/request.ts'
import type { LoadResult } from '../../../model/result.ts'
import type { Ms, Rps } from '../../../model/units.ts'
import type { Prober } from './prober.ts'

/** Passed to every probe. */
export interface ProbeContext {
  readonly prober: Prober
  /** Runs a load against the server; its plan sets no target. */
  load(plan: WrittenPlan): Promise<LoadResult>
  /** A call that every server of this kind answers fast; its reply is not checked. */
  readonly call: McpRequest
  /** A call whose reply must contain what it sent; undefined if no tool returns its input. */
  readonly echo: McpRequest | undefined
  /** A call that takes about this long; undefined if none is known. */
  readonly slowCall: ((ms: Ms) => McpRequest) | undefined
  /** Why calls fail without any probe; undefined if they do not. */
  readonly failingCalls?: string | undefined
  /** The rate that no probe may exceed, if there is one. */
  readonly maxRps: Rps | undefined
  /** How long to observe an idle stream. */
  readonly idleMs: Ms
  /** True if two sessions may use the same id at the same time. */
  readonly equalIds: boolean
}

/** How a probe may harm a server, from the least to the most harmful. */
export const HARMS = ['none', 'many-clients', 'lost-clients', 'broken-requests'] as const

/** Checks for one defect that MCP servers show under load. */
export interface Probe {
  readonly name: string
  /** What the probe does to the server; default `none`. The suite runs harmful probes last. */
  readonly harm?: (typeof HARMS)[number]
  /** Messages that the probe sends in its busiest second, with those of handshakes. */
  readonly peakRps: Rps
  /**
   * True if the probe judges the replies themselves. The suite runs the other probes only if the server answers calls,
   * so that they do not blame something else for calls that fail anyway.
   */
  readonly judgesReplies?: boolean
  /** True if a failed call shows the defect, which it cannot if calls also fail without the probe. */
  readonly judgesCalls?: boolean
  run(context: ProbeContext): Promise<Omit<ProbeFinding, 'name'>>
}

/** Returns the call for probes that need any reply, and the call for probes that check the reply. */
export function callsFrom(call: McpRequest): Pick<ProbeContext, 'call' | 'echo'> {
  const echoes = 'tool' in call && call.tool === 'echo'
  return { call: { ...call, nonce: false }, echo: echoes ? call : undefined }
}

export function notApplicable(evidence: string): Omit<ProbeFinding, 'name'> {
  return { verdict: 'not-applicable', evidence }
}
