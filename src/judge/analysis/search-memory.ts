import type { LoadResult, TargetSample } from '../../model/result.ts'
import { memoryGrowthOf } from '../verdict/target-use.ts'

export interface SearchMemoryGrowth {
  readonly mbPerMinute: number
  readonly interval: readonly [low: number, high: number]
  readonly mb: number
  /** Responses while the judged samples were taken. */
  readonly requests: number
  readonly bytesPerRequest: number | null
}

/**
 * Measures the growth of the target's memory over all runs of a search, because a single run is too short to show a
 * leak. Undefined if no growth is shown.
 */
export function searchMemoryGrowth(results: readonly LoadResult[]): SearchMemoryGrowth | undefined {
  const samples = joinedSamples(results)
  const growth = memoryGrowthOf(samples)
  if (growth === undefined || !growth.shown) return undefined
  const { mbPerMinute, interval, mb, judged } = growth
  const requests = responsesBetween(results, judged.fromMs, judged.toMs)
  const bytesPerRequest = requests === 0 ? null : (mb * 2 ** 20) / requests
  return { mbPerMinute, interval, mb, requests, bytesPerRequest }
}

/** Samples of all runs, with times since the start of the first run. */
function joinedSamples(results: readonly LoadResult[]): readonly TargetSample[] {
  return results.flatMap((result) => {
    const startMs = startOf(result, results)
    return result.target.samples.map((sample) => ({ ...sample, atMs: startMs + sample.atMs }))
  })
}

function responsesBetween(results: readonly LoadResult[], fromMs: number, toMs: number): number {
  return results
    .flatMap((result) =>
      result.intervals.map(({ startMs, responsesReceived }) => ({
        atMs: startOf(result, results) + startMs,
        responsesReceived,
      })),
    )
    .filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
    .reduce((total, { responsesReceived }) => total + responsesReceived, 0)
}

function startOf(result: LoadResult, [first = result]: readonly LoadResult[]): number {
  return Date.parse(result.startedAt) - Date.parse(first.startedAt)
}
