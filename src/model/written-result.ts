import { packBatchTimes } from './batch-times.ts'
import { DISTRIBUTIONS, type Interval, type JudgedFigures, LATENCIES, type LatencyName } from './figures.ts'
import { mapValues } from './map-values.ts'
import type { LoadResult } from './result.ts'
import { withoutRepeated } from './repeated-figures.ts'
import type { SlowRequest } from './trace.ts'

/** Number of the slowest requests, and of the failed ones of each error class, that an artifact contains. */
const SLOWEST = 5
const FAILED = 2

/**
 * Returns a result as artifacts contain it: with the figures of a result in memory, in a fraction of the space. The
 * times of batches are packed, no part repeats those of the whole run, intervals have no histograms, and only the
 * slowest of the slow requests remain. Matchers and reports accept both forms.
 */
export function writtenResult(result: LoadResult): LoadResult {
  const { operations, phases, journeys, intervals, slowest, comparison } = result
  const run = packed(result)
  const part = <Kind extends JudgedFigures>(figures: Kind): Kind => withoutRepeated(packed(figures), run)
  return {
    ...run,
    operations: mapValues(operations, part),
    phases: mapValues(phases, part),
    journeys: journeys === null ? null : part(journeys),
    intervals: intervals.map(withoutHistograms),
    slowest: slowestOf(slowest),
    ...(comparison !== undefined && { comparison: { ...comparison, baseline: writtenResult(comparison.baseline) } }),
  }
}

function packed<Kind extends JudgedFigures>(figures: Kind): Kind {
  const names = LATENCIES.filter((name) => figures.batches[name] !== undefined)
  const times = names.map((name): [LatencyName, JudgedFigures['batches'][LatencyName]] => [
    name,
    packBatchTimes(figures, name),
  ])
  return { ...figures, batches: { ...figures.batches, ...Object.fromEntries(times) } }
}

function withoutHistograms(interval: Interval): Interval {
  const times = DISTRIBUTIONS.map((name) => {
    const distribution = interval[name]
    if (distribution.p50Ms === undefined) return [name, distribution]
    const { histogram: _, ...statistics } = distribution
    return [name, statistics]
  })
  return { ...interval, ...Object.fromEntries(times) }
}

/** A result lists the slowest requests first, then the failed ones, then some ordinary ones. */
function slowestOf(requests: readonly SlowRequest[]): readonly SlowRequest[] {
  const kept = new Map<string, number>()
  return requests.filter(({ because, errorClass }) => {
    if (because === 'ordinary') return false
    const kind = because === 'failed' ? `failed ${errorClass}` : because
    const before = kept.get(kind) ?? 0
    kept.set(kind, before + 1)
    return before < (because === 'failed' ? FAILED : SLOWEST)
  })
}
