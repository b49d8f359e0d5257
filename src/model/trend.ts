import type { Count, Ms } from './units.ts'

/** Figures of a history, each in ms. */
export const TREND_FIGURES = ['p50', 'p95', 'p99', 'mean', 'CPU'] as const

export type TrendFigure = (typeof TREND_FIGURES)[number]

/** One run in a history. A figure is null if it was not measured. */
export interface TrendPoint extends Readonly<Record<TrendFigure, Ms | null>> {
  /** Start of the measured part, ISO 8601. */
  readonly startedAt: string
  readonly commit: string | null
}

/** A lasting change of the mean of a figure. */
export interface TrendChange {
  readonly figure: TrendFigure
  /** Index of the first point after the change. */
  readonly point: Count
  /** Mean since the previous change. */
  readonly beforeMs: Ms
  /** Mean until the next one. */
  readonly afterMs: Ms
}

/** The runs of a test in a history file that are comparable with the newest one. Never decides about a test. */
export interface Trend {
  /** Name of the result. */
  readonly test: string
  /** Oldest first. */
  readonly points: readonly TrendPoint[]
  readonly changes: readonly TrendChange[]
  /** Number of runs on other machines or with another plan. */
  readonly leftOut: Count
}
