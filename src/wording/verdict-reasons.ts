import type { ComparedKey, RunDifference } from '../model/run-difference.ts'
import { formatCount, formatDuration, formatList, formatPercent, formatPlural, formatRate } from './figures.ts'
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
  'no-stored-runs': ({ file, isMissing }) =>
    `${isMissing ? `${file} does not exist` : `${file} has no run of this test`}: run the test, then store its result: describe-load baseline save`,
  'stored-runs-differ': ({ runs, differences }) =>
    `${runs === 1 ? 'the stored run has' : `all ${formatCount(runs)} stored runs have`} ${formatList(differences.map(differenceWords))}: ` +
    'store runs like this one (describe-load baseline update)',
  'few-stored-runs': ({ runs, requiredRuns }) =>
    `${formatPlural(runs, 'stored run')} say${runs === 1 ? 's' : ''} too little about how much runs of the same code differ: ${requiredRuns} are needed`,
  'run-scatter': ({ figure, scatter, provable }) =>
    `the ${figure} of the stored runs varies by ${formatPercent(scatter)}, so a run like this one proves only a rise of more than ${formatPercent(provable)}`,
  'few-sessions': ({ sessions, requiredSessions }) =>
    `the stored runs are from ${sessions === 1 ? 'the same hour' : `${sessions} different hours`}: they do not show how much days differ, which takes runs from ${requiredSessions}`,
  'more-failures': ({ errorRate, storedErrorRate }) =>
    `${formatPercent(errorRate)} of the requests failed, and at most ${formatPercent(storedErrorRate)} in a stored run`,
  'no-figure': ({ figure }) => `the ${figure} of this run, or of the stored ones, is unknown`,
})

/** What differs, as `stored (now current)`. */
function differenceWords({ key, stored, current }: RunDifference): string {
  return `${COMPARED[key]} ${stored} instead of ${current}`
}

const COMPARED: Readonly<Record<ComparedKey, string>> = {
  cpu: 'CPU',
  cpus: 'number of CPUs',
  memoryMb: 'memory in GB',
  os: 'operating system',
  node: 'Node.js',
  describeLoad: 'describe-load',
  protocol: 'protocol',
  protocolVersion: 'protocol version',
  pattern: 'pattern',
  arrivals: 'arrivals',
  rate: 'rate',
  concurrency: 'concurrency',
  offeredRps: 'arrivals per second',
  durationMs: 'duration in ms',
  warmUpMs: 'warm-up in ms',
  connection: 'connection',
  maxConnections: 'maxConnections',
  requestTimeoutMs: 'requestTimeout in ms',
  request: 'request',
}

/** Returns the highest common percentile below `percentile` that this number of requests can show. */
function lowerPercentile(percentile: number, requests: number): string {
  const fits = [99, 95, 90, 75, 50].find((lower) => lower < percentile && requests * (100 - lower) >= 100)
  return fits === undefined ? 'a maximum' : `p${fits}`
}
