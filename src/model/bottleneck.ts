import type { Doubt } from './doubt.ts'
import type { ErrorClass } from './error-class.ts'
import type { TrialReason } from './trial-reason.ts'
import type { Count, Ms, Ratio, Rps } from './units.ts'

/**
 * The resource that was exhausted first. `refusal`: a rate limit, a circuit breaker or load shedding, which answers with
 * errors. `generator` is this tool: no limit of the target was found.
 */
export type BottleneckResource =
  | 'target-cpu'
  | 'target-memory'
  | 'connections'
  | 'network'
  | 'downstream-wait'
  | 'refusal'
  | 'generator'

/**
 * An observation about the resources of an overloaded run, as a code with its numbers. To add one, add a member here
 * and its sentence in `wording/bottleneck.ts`. CPU use is in % of one core; "calm" is a run far below the limit.
 */
export type BottleneckFacts =
  /** The generator could not deliver the load at this rate, for the reason of the trial. */
  | { readonly code: 'not-delivered'; readonly rateRps: Rps; readonly reason: TrialReason | null }
  | {
      readonly code: 'generator-use'
      readonly cpuPercent: number
      readonly threads: Count
      readonly busyRatio: Ratio
    }
  | { readonly code: 'generator-waited'; readonly runDelayRatio: Ratio }
  | { readonly code: 'generator-had-time'; readonly busyRatio: Ratio }
  /** One process uses one core, which is the maximum of one thread. */
  | {
      readonly code: 'thread-full'
      readonly cpuPercent: number
      readonly processes: Count
      readonly busiestPercent: number
    }
  /** The target uses all cores of the machine. */
  | {
      readonly code: 'cores-full'
      readonly cpuPercent: number
      readonly processes: Count
      readonly machinePercent: number
    }
  /** The target uses the CPU quota of its control group. */
  | {
      readonly code: 'quota-full'
      readonly cpuPercent: number
      readonly quotaPercent: number
      readonly throttledRatio: Ratio
    }
  /** The target and the generator together use all cores of the machine. */
  | {
      readonly code: 'cores-shared'
      readonly targetPercent: number
      readonly generatorPercent: number
      readonly machinePercent: number
      /** Share of the time in which the generator waited for a core; null if it did not, or if it is unknown. */
      readonly runDelayRatio: Ratio | null
    }
  | { readonly code: 'memory-full'; readonly usedMb: number; readonly machineMb: number; readonly calmMb: number }
  /** By Little's law, the connections allow at most `maxRps`. */
  | {
      readonly code: 'connections-full'
      readonly connections: Count
      readonly serviceMs: Ms
      readonly maxRps: Rps
      readonly fullRatio: Ratio
    }
  | { readonly code: 'pool-full'; readonly connections: Count; readonly fullRatio: Ratio }
  | { readonly code: 'service-time-same'; readonly calmMs: Ms; readonly overloadedMs: Ms }
  | { readonly code: 'service-time'; readonly calmMs: Ms; readonly overloadedMs: Ms }
  /** In Mbit/s. */
  | { readonly code: 'link-full'; readonly usedMbit: number; readonly linkMbit: number }
  /** The service time rose while the target was idle. */
  | {
      readonly code: 'target-waits'
      readonly calmMs: Ms
      readonly overloadedMs: Ms
      readonly busiestPercent: number
      readonly cpuPercent: number
    }
  /** The target answered this share of the requests with errors of a class; `first` is the first of these. */
  | { readonly code: 'target-refuses'; readonly errorRate: Ratio; readonly class: ErrorClass; readonly first: string }
  | { readonly code: 'nothing-full' }
  | { readonly code: 'remote-cpu'; readonly cpuPercent: number }
  /** `why` is the message of the monitor; null if it gave none. */
  | { readonly code: 'not-monitored'; readonly why: string | null }
  | { readonly code: 'pauses-at-every-rate' }
  | { readonly code: 'errors-at-every-rate' }
  | { readonly code: 'nothing-exhausted'; readonly rateRps: Rps }

/** An observation as the findings carry it, with a sentence that says what it means. */
export type BottleneckEvidence = (BottleneckFacts & { readonly message: string }) | Doubt

export interface Bottleneck {
  /** Null when nothing was exhausted, or when the data does not show what was. */
  readonly resource: BottleneckResource | null
  readonly evidence: readonly BottleneckEvidence[]
}
