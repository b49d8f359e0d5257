import type { Count, Ms } from './units.ts'

/**
 * Why an observation does not concern the target: the generator did not deliver the load as planned, or it or other
 * processes took the target's cores. The sentences are in `wording/tool-faults.ts`.
 */
export type ToolFault =
  /** The generator did not dispatch this many of the scheduled requests or journeys. */
  | {
      readonly code: 'undispatched'
      readonly undispatched: Count
      readonly scheduled: Count
      readonly unit: 'request' | 'journey'
    }
  /** p99 of the generator's own lateness, and the maximum of a delivered load. */
  | { readonly code: 'schedule-lag'; readonly lagMs: Ms; readonly allowedMs: Ms }
  /** A generator thread was always busy, so responses waited unread. */
  | { readonly code: 'generator-saturated' }
  /** The generator was late by up to `lagMs`; the requests outside that time do not fail. */
  | { readonly code: 'sent-late'; readonly lagMs: Ms }
  /** Without the generator's own lateness, the figure is `withoutLagMs`; null if no request has a response time. */
  | {
      readonly code: 'lag-decides'
      readonly figure: string
      readonly withoutLagMs: Ms | null
      readonly undispatched: Count
      /** p99 of the lateness; null if no request was sent. */
      readonly lagMs: Ms | null
    }
  | { readonly code: 'no-descriptors' }
  | { readonly code: 'no-ports' }
  /**
   * Other processes used `cpuPercent` of a core. Meanwhile a thread of the target waited for a core for up to `waitMs`
   * in a second, and the generator was up to `lagMs` late; without these delays, the requests do not fail.
   */
  | { readonly code: 'cores-taken'; readonly cpuPercent: number; readonly waitMs: Ms; readonly lagMs: Ms }
  /**
   * Generator and target filled the cores, and the target waited for one; with the generator's part of them as well, its
   * requests may not fail. CPU in % of one core.
   */
  | { readonly code: 'cores-shared'; readonly generatorPercent: number; readonly targetPercent: number }
