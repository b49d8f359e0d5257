import type { LoadResult } from '../../../model/result.ts'
import type { Chart } from './chart.ts'
import type { Moment } from './course.ts'
import type { TimeAxis } from './time-axis.ts'

/** A chart over the time of one result; undefined if the result has nothing for it. */
export type ResultChart = (result: LoadResult, time: TimeAxis, course: readonly Moment[]) => Chart | undefined

/** Fewer samples of the target show no course. */
export const FEW_SAMPLES = 3
