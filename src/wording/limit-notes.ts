import type { LimitNote, LimitNoteFacts } from '../model/limit-note.ts'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatList,
  formatMb,
  formatMs,
  formatNumber,
  formatPlural,
  formatRate,
} from './figures.ts'
import { sentenceFrom } from './sentences.ts'

const sentence = sentenceFrom<LimitNoteFacts>({
  'slow-bursts': ({ rateRps, durationMs, bursts, lateRequests, p50Ms, p99Ms, seenAtRps }) =>
    `Slow requests occur in bursts at every rate: at ${formatRate(rateRps)}, the lowest, ${formatPlural(lateRequests, 'late request')} ` +
    `occurred in ${formatPlural(bursts, 'burst')} within ${formatDuration(durationMs)} (p50 ${formatMs(p50Ms)} ms, p99 ${formatMs(p99Ms)} ms). Bursts ` +
    `were seen at ${formatList(seenAtRps.map(formatNumber))} req/s. The search reports no rate, because a lower rate does not ` +
    'remove the pauses.',
  'error-responses': ({ rateRps, failed, requests, errorClass, statuses, first }) =>
    `At ${formatRate(rateRps)}, ${failed === requests ? `all ${formatCount(requests)}` : `${formatCount(failed)} of ${formatCount(requests)}`} requests failed ` +
    `(${errorClass}${statuses.length === 0 ? '' : `: status ${formatList(statuses.map(({ status, count }) => `${status} ${formatCount(count)} ×`))}`}). ` +
    `First error: ${first}. A lower rate does not help: check the request and the target.`,
  collapse: ({ saturatedRps, concurrency, bestRps, bestConcurrency }) =>
    `Throughput falls under overload: ${formatRate(saturatedRps)} with ${formatPlural(concurrency, 'request')} in flight, ${formatRate(bestRps)} ` +
    `${bestConcurrency === null ? 'at a sustained rate' : `with ${bestConcurrency}`}.`,
  'trials-disagree': ({ failedRps, heldRps }) =>
    `Trials disagree: ${formatList(failedRps.map(formatNumber))} req/s failed, ${formatList(heldRps.map(formatNumber))} req/s passed. The ` +
    'interval is therefore wider.',
  'memory-growth': ({ mbPerMinute, interval: [low, high], mb, requests, bytesPerRequest }) =>
    `The memory of the target grew by ${formatMb(mb)} during the search: ${formatMb(mbPerMinute)} per minute (99% ` +
    `interval ${formatNumber(low)} to ${formatNumber(high)})${bytesPerRequest === null ? '' : `, ${formatBytes(bytesPerRequest)} per request over ${formatPlural(requests, 'request')}`}. ` +
    'This looks like a memory leak.',
})

/** Returns the note with its message. */
export function limitNote(facts: LimitNoteFacts): LimitNote {
  return { ...facts, message: sentence(facts) }
}
