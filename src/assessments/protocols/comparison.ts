import { latencyOver, type ProtocolLatency } from '../../judge/analysis/latency-blocks.ts'
import { isEmbedded } from '../../model/work.ts'
import type { MixEntry, WrittenPlan } from '../../plan/load-plan.ts'
import { mix } from '../../plan/mix.ts'
import type { SuiteContext } from '../suite.ts'
import { type CommonRun, ownWork, sharedKeys } from './subject.ts'

/** Sizes of the compared messages in bytes: constant, so that all protocols carry the same. */
const SIZES = { small: 256, medium: 32 * 1_024 } as const
/** Reads and writes of each size are as frequent as streams. */
const STREAM_WEIGHT = 0.5

/**
 * Rate of the comparison in total, relative to the common rate: so low that the protocols hardly disturb each other.
 */
const RATE_FACTOR = 2

/**
 * Measures response times over all protocols in one run, in which every request goes to a protocol drawn at random.
 * Whatever disturbs the machine then affects all protocols alike, unlike in consecutive runs. Each protocol gets as
 * many requests as in a phase at the common rate. Undefined for a single protocol.
 */
export async function compareLatencies(
  context: SuiteContext,
  runs: readonly CommonRun[],
): Promise<ReadonlyMap<string, ProtocolLatency>> {
  const [first] = runs
  if (first === undefined || runs.length < 2) return new Map()
  const { rate, duration, maxRps = Number.POSITIVE_INFINITY } = first.subject
  const totalRps = Math.min(RATE_FACTOR * rate, maxRps)
  const plan: WrittenPlan = {
    ...sharedKeys(first.subject),
    workload: mix(runs.every(doesAllWork) ? runs.flatMap(allWork) : runs.map(({ subject }) => ownWork(subject))),
    rate: totalRps,
    duration: (duration * runs.length * rate) / totalRps,
    warmUp: duration / 8,
    monitor: 'off',
    tracing: 'off',
  }
  // Not recorded, because its figures per protocol and operation are part of the findings.
  const run = await context.startLoad(plan, { record: false, phase: 'all protocols in turn' })
  const result = await run.result
  return new Map(runs.map(({ subject: { protocol } }) => [protocol, latencyOver(protocol, result)]))
}

/** Whether the target is an embedded one, which does every kind of work, and the plan names no request instead. */
function doesAllWork({ subject, common }: CommonRun): boolean {
  const { url } = common.target
  return subject.plan.request === undefined && URL.canParse(url) && isEmbedded(new URL(url))
}

function allWork({ subject: { protocol, target } }: CommonRun): readonly MixEntry[] {
  const { small, medium } = SIZES
  return [
    { name: `${protocol} small`, protocol, target, messageSize: small, workload: 'balanced' },
    { name: `${protocol} medium`, protocol, target, messageSize: medium, workload: 'balanced' },
    { name: protocol, protocol, target, messageSize: small, workload: 'stream', weight: STREAM_WEIGHT },
  ]
}
