import { isMet } from '../../model/verdict.ts'
import { bucketHighUs } from '../../model/hdr.ts'
import { decodeHdr } from '../../model/hdr-codec.ts'
import type { LoadResult } from '../../model/result.ts'
import { sum } from '../../model/sum.ts'
import type { Ms } from '../../model/units.ts'
import { headlineResults } from '../headline-results.ts'
import { jsonText } from '../json-text.ts'
import type { Export } from './export.ts'

/**
 * `load-performance.json`: the summary of k6 that the load performance widget of GitLab's merge requests reads
 * (https://docs.gitlab.com/ci/testing/load_performance_testing/). It reads `http_reqs.rate`, the p90 and p95 of
 * `http_req_waiting`, which it calls TTFB, and the passed and failed `checks`. Here, these are the achieved rate, the
 * response time of the successes of all results together, and the verdicts.
 */
export const gitlabLoadPerformance: Export<'gitlab-load-performance'> = {
  name: 'gitlab-load-performance',
  automaticIn: 'gitlab',
  render: (runs) => {
    const results = headlineResults(runs).map(({ result }) => result)
    const times = joined(results)
    if (results.length === 0 || times.size === 0) return []
    const count = sum(results.map(({ successes }) => successes))
    const passes = sum(runs.map(({ verdicts }) => verdicts.filter(isMet).length))
    const fails = sum(runs.map(({ verdicts }) => verdicts.length)) - passes
    const metrics = {
      http_reqs: { count, rate: (1_000 * count) / sum(results.map(({ durationMs }) => durationMs)) },
      http_req_waiting: { 'p(90)': percentileMs(times, 0.9), 'p(95)': percentileMs(times, 0.95) },
      ...(passes + fails > 0 && { checks: { passes, fails, value: passes / (passes + fails) } }),
    }
    return [{ fileName: 'load-performance.json', text: `${jsonText({ metrics })}\n` }]
  },
}

/** Returns the number of successes of all results by the bucket of their response time. */
function joined(results: readonly LoadResult[]): ReadonlyMap<number, number> {
  const total = new Map<number, number>()
  for (const { responseTime } of results) {
    const { buckets, counts } = decodeHdr(responseTime.histogram ?? '')
    Array.from(buckets, (bucket, index) => total.set(bucket, (total.get(bucket) ?? 0) + (counts[index] ?? 0)))
  }
  return total
}

/** Returns the smallest value that at least the share `ratio` of the values do not exceed. */
function percentileMs(times: ReadonlyMap<number, number>, ratio: number): Ms {
  const wanted = Math.ceil(ratio * sum([...times.values()]))
  let below = 0
  for (const [bucket, count] of [...times].toSorted(([a], [b]) => a - b)) {
    below += count
    if (below >= wanted) return bucketHighUs(bucket) / 1_000
  }
  throw new RangeError('a percentile of no values')
}
