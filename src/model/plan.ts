import type { ComparisonMode } from './comparison.ts'
import type { Random } from './pattern.ts'
import type { Ms, Ratio } from './units.ts'

/**
 * `long-lived`: opened before the run and kept. `short-lived`: one per request; connecting is part of its response
 * time. `pooled`: shared; what the rate needs is opened before the measured part, further ones on demand.
 */
export type ConnectionKind = 'long-lived' | 'short-lived' | 'pooled'
/** When no connection is free: `queue` waits, and the wait counts; `drop` counts the request as dropped. */
export type Overflow = 'queue' | 'drop'
/** How an inconclusive verdict ends a test. */
export type OnInconclusive =
  /** Passes with a note if the observation leans to a pass, else fails. The default. */
  | 'lean'
  /** Always fails. */
  | 'fail'
  /** Passes with a warning, unless the observation leans to a fail. */
  | 'warn'

/** How a comparison side by side is made. */
export interface ComparisonOptions {
  /**
   * Allowed slowdown: 0.05 allows 5%. The run ends as soon as the comparison is decided at this tolerance, and the
   * matchers use it if they get none. Default: 0.05; matchers with a tolerance of up to 0.1 are then decided as well.
   */
  readonly tolerance?: Ratio
  /** Length of a block in which one of the two gets the load: 1 s to 60 s; default `'4s'`. */
  readonly block?: Ms | string
  /**
   * `'turns'` (default) loads one of the two at a time. `'duet'` loads both at once, which takes half as long and lets
   * both share each disturbance; it needs 4 cores, because two servers and two generators run at the same time.
   */
  readonly mode?: ComparisonMode
}

/** Shortest and longest length of the measured part: ms, or strings such as `'30s'`. */
export interface DurationRange {
  readonly min: Ms | string
  readonly max: Ms | string
}

/** Limits that stop a run early, once broken with 99.9% confidence. */
export interface AbortLimits {
  /** Maximum share of failed requests, 0–1. */
  readonly errorRate?: Ratio
  /** Maximum p99 response time, in ms. */
  readonly p99Ms?: Ms
  /** Earliest time to stop, since the start of the measured part. */
  readonly after?: Ms | string
}

/** Passed to a request function, which is called in advance, in the test's thread. */
export interface RequestContext {
  /** Position of the request in the schedule, from 0. */
  readonly sequence: number
  /** Seeded by (seed, sequence): identical in every run with this seed, for any number of threads. */
  readonly random: Random
}

/**
 * Sizes of a message by name, log-uniform over half-open ranges: `small` 16 B–1 KiB, `medium` 1 KiB–1 MiB, `large`
 * 1–100 MiB; `mixed` is 70% small, 25% medium, 5% from 1 to 4 MiB.
 */
export type SizeName = 'small' | 'medium' | 'large' | 'mixed'

/**
 * Length of messages: a name, a number of bytes, a range (log-uniform unless `spread` is `uniform`; `to` excluded), or
 * several of these with weights.
 */
export type MessageSize =
  | SizeName
  | number
  | { readonly from: number; readonly to: number; readonly spread?: 'log-uniform' | 'uniform' }
  | readonly { readonly size: MessageSize; readonly weight: number }[]

export type WorkName = 'read' | 'write' | 'echo' | 'stream'

export type WorkloadName = 'read' | 'read-heavy' | 'write-heavy' | 'balanced' | 'batch' | 'stream'
