import type { LoadResult } from '../../../model/result.ts'
import type { Ms } from '../../../model/units.ts'
import { formatNumber } from '../../../wording/figures.ts'
import type { Axis } from './chart.ts'

/** The time axis that all charts of a run share. */
export interface TimeAxis {
  readonly axis: Axis
  /** Converts a time since the start of the measured part to a position on the axis. */
  readonly place: (ms: Ms) => number
}

const UNITS = [
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1_000 },
] as const

/** A run is shown in minutes from two of them on, and in hours from two of them on. */
const UNITS_SHOWN = 2

/** Distances between the marks of a time axis. */
const STEPS = [0.05, 0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 240]
const MAX_MARKS = 7

export function timeAxisOf(result: LoadResult): TimeAxis {
  const { intervals, durationMs, target } = result
  const ends = intervals.map((interval) => interval.startMs + interval.durationMs)
  const endMs = Math.max(durationMs, ...ends, ...target.samples.map(({ atMs }) => atMs))
  const unit = UNITS.find(({ ms }) => endMs >= UNITS_SHOWN * ms) ?? { name: 's', ms: 1_000 }
  const max = endMs / unit.ms
  const every = STEPS.find((step) => max / step <= MAX_MARKS)
  const tick = (value: number): string => `${formatNumber(value)} ${unit.name}`
  return {
    axis: { name: 'time', unit: unit.name, min: 0, max, ...(every !== undefined && { every }), tick },
    place: (ms) => ms / unit.ms,
  }
}
