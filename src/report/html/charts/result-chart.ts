import type { LoadResult } from '../../../model/result.ts'
import type { LatencyLimit } from '../../../model/verdict.ts'
import type { Chart } from './chart.ts'
import type { TimelinePoint } from './timeline.ts'
import type { TimeAxis } from './time-axis.ts'

/**
 * A chart over the time of one result; undefined if the result has nothing for it. `limits` are those that verdicts
 * asserted of its response times.
 */
export type ResultChart = (
  result: LoadResult,
  time: TimeAxis,
  timeline: readonly TimelinePoint[],
  limits?: readonly LatencyLimit[],
) => Chart | undefined

/** Minimum number of samples of the target that make a chart. */
export const MIN_SAMPLES = 3
