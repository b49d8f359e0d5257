import { latencyOver, type ProtocolLatency } from '../../judge/analysis/latency-blocks.ts'
import { isEmbedded } from '../../model/work.ts'
import type { MixEntry, WrittenPlan } from '../../plan/load-plan.ts'
import { mix } from '../../plan/mix.ts'
import type { SuiteContext } from '../suite.ts'
import type { CommonRun, Subject } from './subject.ts'

/** Sizes of the compared messages in bytes: constant, so that all protocols carry the same. */
const SIZES = { small: 256, medium: 32 * 1_024 } as const
/** Reads and writes of each size are as frequent as streams. */
const STREAM_WEIGHT = 0.5

/**
 * Measures response times over all protocols in one run, in which every request goes to a protocol drawn at random.
 * Whatever disturbs the machine then affects all protocols alike, unlike in consecutive runs. The rate is the common
 * one in total, so the protocols hardly disturb each other. Undefined for a single protocol.
 */
export async function compareLatencies(
  context: SuiteContext,
  runs: readonly CommonRun[],
): Promise<ReadonlyMap<string, ProtocolLatency>> {
  const [first] = runs
  if (first === undefined || runs.length < 2) return new Map()
  const { rate, duration } = first.subject
  const plan: WrittenPlan = {
    ...sharedKeys(first.subject),
    workload: mix(runs.every(doesAllWork) ? runs.flatMap(allWork) : runs.map(ownWork)),
    rate,
    duration: duration * runs.length,
    warmUp: duration / 8,
    monitor: 'off',
    tracing: 'off',
  }
  // Not recorded, because its figures per protocol and operation are part of the findings.
  const run = await context.startLoad(plan, { record: false, phase: 'all protocols in turn' })
  const result = await run.result
  return new Map(runs.map(({ subject: { protocol } }) => [protocol, latencyOver(protocol, result)]))
}

/** All subjects share the keys that do not depend on the protocol. */
function sharedKeys({ plan }: Subject): WrittenPlan {
  const { target: _, protocol: __, request: ___, workload: ____, ...shared } = plan
  return shared
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

/** The requests of the plan; if one protocol does not do every kind of work, the others do not either. */
function ownWork({ subject: { protocol, target, plan } }: CommonRun): MixEntry {
  const { request } = plan
  // The type of an entry binds its requests to its protocol, which is a variable here.
  return { name: protocol, protocol, target, ...(request !== undefined && { request }) } as MixEntry
}
