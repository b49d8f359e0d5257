import { isMet } from '../../model/verdict.ts'
import { percentileMs, type SparseHistogram } from '../../model/hdr.ts'
import { decodeHdr } from '../../model/hdr-codec.ts'
import type { LoadResult } from '../../model/result.ts'
import { sum } from '../../model/sum.ts'
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
    if (results.length === 0 || times.buckets.length === 0) return []
    const count = sum(results.map(({ successes }) => successes))
    const passes = sum(runs.map(({ verdicts }) => verdicts.filter(isMet).length))
    const fails = sum(runs.map(({ verdicts }) => verdicts.length)) - passes
    const metrics = {
      http_reqs: { count, rate: (1_000 * count) / sum(results.map(({ durationMs }) => durationMs)) },
      http_req_waiting: { 'p(90)': percentileMs(times, 90), 'p(95)': percentileMs(times, 95) },
      ...(passes + fails > 0 && { checks: { passes, fails, value: passes / (passes + fails) } }),
    }
    return [{ fileName: 'load-performance.json', text: `${jsonText({ metrics })}\n` }]
  },
}

/** Returns the response times of the successes of all results together. */
function joined(results: readonly LoadResult[]): SparseHistogram {
  const total = new Map<number, number>()
  for (const { responseTime } of results) {
    const { buckets, counts } = decodeHdr(responseTime.histogram ?? '')
    Array.from(buckets, (bucket, index) => total.set(bucket, (total.get(bucket) ?? 0) + (counts[index] ?? 0)))
  }
  const sorted = [...total].toSorted(([a], [b]) => a - b)
  return { buckets: sorted.map(([bucket]) => bucket), counts: sorted.map(([, count]) => count) }
}
