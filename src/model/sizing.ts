import type { Count, Ms, Rps } from './units.ts'

/**
 * Why an instance has its recommended size, as a code with its numbers. To add one, add a member here and its sentence
 * in `wording/sizing.ts`. A `headroom` is a factor on what was measured.
 */
export type SizingReasonFacts =
  | { readonly code: 'no-rate-sustained' }
  /** Rate that an instance sustained, the rate that it is planned for, and that of the peak. */
  | {
      readonly code: 'rate'
      readonly sustainedRps: Rps
      readonly plannedRps: Rps
      readonly headroom: number
      readonly peakRps: Rps
    }
  /**
   * CPU time of a request, and the cores that the planned rate uses without headroom. `isBound`: the target used too
   * little CPU time to measure it, and these are maxima.
   */
  | {
      readonly code: 'cpu'
      readonly cpuMsPerRequest: Ms
      readonly plannedRps: Rps
      readonly cores: number
      readonly headroom: number
      readonly isBound?: true
    }
  /** `why` is the message of the monitor; null if it gave none. */
  | { readonly code: 'cpu-unknown'; readonly why: string | null }
  | { readonly code: 'memory'; readonly maxMb: number; readonly headroom: number }
  | { readonly code: 'memory-unknown'; readonly why: string | null }
  /** Concurrent requests in the target at the planned rate. */
  | { readonly code: 'connections'; readonly concurrentRequests: number; readonly headroom: number }
  | { readonly code: 'connections-unknown' }

/** A reason as the findings carry it: the facts, and a sentence that says what they mean. */
export type SizingReason = SizingReasonFacts & { readonly message: string }

export interface Sizing {
  /** Number of instances for the peak users, with the headroom that `why` states. */
  readonly instances: Count | null
  readonly coresPerInstance: Count | null
  readonly memoryMbPerInstance: number | null
  readonly maxConnections: Count | null
  readonly loadBalancer: boolean | null
  /** `measured`: the target's CPU and memory were monitored; `estimated`: only its rate was measured. */
  readonly basis: 'measured' | 'estimated'
  readonly why: readonly SizingReason[]
}
