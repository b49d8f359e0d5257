import type { Count, Ms, Ratio } from './units.ts'

/**
 * What probably made a run slow or broke it, as a code with its numbers. To add one, add a member here and its sentence
 * in `wording/likely-causes.ts`. CPU use is in % of one core.
 */
export type LikelyCause =
  /** Requests waited for a connection: the pool is too small for the rate. */
  | { readonly code: 'pool-full'; readonly connections: Count; readonly fullRatio: Ratio; readonly waitMs: Ms }
  /** A process used a whole core, which is the maximum of one thread. */
  | { readonly code: 'target-thread-full'; readonly cpuPercent: number }
  /** The CPU quota of the target's control group stopped it. */
  | { readonly code: 'target-quota-full'; readonly cpuPercent: number; readonly quotaPercent: number }
  /** The target was ready to run, but other processes had the cores. `waitRatio`: share of the time that it waited. */
  | { readonly code: 'target-starved'; readonly cpuPercent: number; readonly waitRatio: Ratio }
  /**
   * For this time, no response arrived although requests were in flight. `cpuPercent`: of the target; null if it was
   * not monitored.
   */
  | {
      readonly code: 'target-stalled'
      readonly fromMs: Ms
      readonly toMs: Ms
      readonly waiting: Count
      readonly cpuPercent: number | null
    }
  /** The target took long to respond, and used little CPU meanwhile. */
  | { readonly code: 'target-waited'; readonly serviceMs: Ms; readonly cpuPercent: number }
  /** Most failed requests have this error class. */
  | { readonly code: 'errors'; readonly errorClass: string; readonly count: Count; readonly first: string }
