import { formatCount, formatDuration, formatPercent, formatRate } from './figures.ts'
import { sentenceFrom } from './sentences.ts'
import type { VerdictReason } from '../model/verdict.ts'

/**
 * Returns the sentence for a reason: why nothing is proven, or what proves a fail. How long to run is the advice of the
 * verdict, which considers all reasons, so no sentence names a length.
 */
export const reasonSentence: (reason: VerdictReason) => string = sentenceFrom<VerdictReason>({
  'too-few-for-percentile': ({ percentile, requests, requiredRequests, counted = 'request' }) =>
    `a p${percentile} needs at least ${formatCount(requiredRequests)} ${counted}s, this run has ` +
    `${formatCount(requests)}: run longer, or assert ${lowerPercentile(percentile, requests)}`,
  'short-span': ({ spanMs }) => `a run of ${formatDuration(Math.round(spanMs))} proves only a clear breach`,
  'few-batches': ({ batches, requiredBatches, counted = 'request' }) =>
    `only ${batches} of the ${requiredBatches} time batches needed to estimate autocorrelation have ${counted}s`,
  correlated: ({ requests, effective, counted = 'request' }) =>
    `${counted}s are correlated: ${formatCount(requests)} of them count as ${formatCount(effective)} independent ones`,
  'slow-variation': ({ requests, effective, counted }) =>
    `${counted === undefined ? 'latencies' : `${counted}s`} vary more slowly than this run: ${formatCount(requests)} ${counted ?? 'request'}s count as ${formatCount(effective)} independent ones`,
  'possible-outages': ({ outageMs }) => `a run this short can miss outages of ${formatDuration(outageMs)}`,
  'all-requests-wrong': ({ requests, counted = 'request' }) =>
    `all ${formatCount(requests)} ${counted}s were over the limit`,
  'all-batches-wrong': ({ batches, share, counted = 'request' }) =>
    `in each of ${batches} time batches more than ${formatPercent(share)} of the ${counted}s were over the limit`,
  'backlog-wanders': ({ requests, allowed }) =>
    `the number in flight varied by ${formatCount(requests)} requests, which hides a shortfall of up to ${formatCount(allowed)}`,
  'rate-missed': ({ maxRps, offeredRps, windowMs }) =>
    `the target completed at most ${formatRate(maxRps)} in any ${formatDuration(windowMs)}, but ${formatRate(offeredRps)} arrived`,
})

/** Returns the highest common percentile below `percentile` that this number of requests can show. */
function lowerPercentile(percentile: number, requests: number): string {
  const fits = [99, 95, 90, 75, 50].find((lower) => lower < percentile && requests * (100 - lower) >= 100)
  return fits === undefined ? 'a maximum' : `p${fits}`
}
