import { formatCount, formatDuration, formatPercent } from './figures.ts'
import { sentenceFrom } from './sentences.ts'
import type { VerdictReason } from '../model/verdict.ts'

/** Returns the sentence for a reason. */
export const reasonSentence: (reason: VerdictReason) => string = sentenceFrom<VerdictReason>({
  'too-few-for-percentile': ({ percentile, requests, requiredRequests, perSecond, counted = 'request' }) =>
    [
      `a p${percentile} needs at least ${formatCount(requiredRequests)} ${counted}s, this run has ${formatCount(requests)}: `,
      perSecond > 0 ? `run ${formatDuration(Math.ceil(requiredRequests / perSecond - 1e-9) * 1_000)}, or ` : '',
      `assert ${lowerPercentile(percentile, requests)}`,
    ].join(''),
  'short-span': ({ spanMs, requiredMs }) =>
    `a proof needs a run of at least ${formatDuration(requiredMs)}, this one lasted ${formatDuration(Math.round(spanMs))}`,
  'few-batches': ({ batches, requiredBatches, counted = 'request' }) =>
    `only ${batches} of the ${requiredBatches} time batches needed to estimate autocorrelation have ${counted}s`,
  correlated: ({ requests, effective, counted = 'request' }) =>
    `${counted}s are correlated: ${formatCount(requests)} of them count as ${formatCount(effective)} independent ones`,
  'slow-variation': ({ requests, effective, counted }) =>
    `${counted === undefined ? 'latencies' : `${counted}s`} vary more slowly than this run: ${formatCount(requests)} ${counted ?? 'request'}s count as ${formatCount(effective)} independent ones`,
  'possible-outages': ({ outageMs, requiredMs }) =>
    `a run this short can miss outages of ${formatDuration(outageMs)}: excluding them takes ` +
    formatDuration(Math.ceil(requiredMs / 1_000) * 1_000),
  'all-requests-wrong': ({ requests, counted = 'request' }) =>
    `all ${formatCount(requests)} ${counted}s were over the limit`,
  'all-batches-wrong': ({ batches, share, counted = 'request' }) =>
    `in each of ${batches} time batches more than ${formatPercent(share)} of the ${counted}s were over the limit`,
  'backlog-wanders': ({ requests, allowed }) =>
    `the number in flight varied by ${formatCount(requests)} requests, which hides a shortfall of up to ${formatCount(allowed)}`,
})

/** Returns the highest common percentile below `percentile` that this number of requests can show. */
function lowerPercentile(percentile: number, requests: number): string {
  const fits = [99, 95, 90, 75, 50].find((lower) => lower < percentile && requests * (100 - lower) >= 100)
  return fits === undefined ? 'a maximum' : `p${fits}`
}
