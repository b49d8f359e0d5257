import type { LimitNote, LimitNoteCode, LimitNoteFacts } from '../model/limit-note.ts'
import { formatDuration, type Ms, type Rps } from '../model/units.ts'

type Sentences = {
  readonly [Code in LimitNoteCode]: (facts: Extract<LimitNoteFacts, { readonly code: Code }>) => string
}

const sentences: Sentences = {
  'slow-bursts': ({ rateRps, durationMs, bursts, lateRequests, p50Ms, p99Ms, seenAtRps }) =>
    `Slow requests come in bursts at every rate: at ${rate(rateRps)}, the lowest, ${lateRequests} late requests came in ` +
    `${bursts} bursts within ${formatDuration(durationMs)} (p50 ${ms(p50Ms)}, p99 ${ms(p99Ms)}). Bursts were seen at ` +
    `${list(seenAtRps.map(amount))} req/s. No rate is given, because a lower rate does not remove the pauses.`,
  'error-responses': ({ rateRps, failed, requests, errorClass, statuses, first }) =>
    `At ${rate(rateRps)}, ${failed === requests ? `all ${requests}` : `${failed} of ${requests}`} requests failed ` +
    `(${errorClass}${statuses.length === 0 ? '' : `: status ${list(statuses.map(({ status, count }) => `${status} ${count} ×`))}`}). ` +
    `First error: ${first}. A lower rate does not help: check the request and the target.`,
  collapse: ({ saturatedRps, concurrency, bestRps, bestConcurrency }) =>
    `Throughput falls under overload: ${rate(saturatedRps)} with ${concurrency} requests in flight, ${rate(bestRps)} ` +
    `${bestConcurrency === null ? 'at a rate that was held' : `with ${bestConcurrency}`}.`,
  'trials-disagree': ({ failedRps, heldRps }) =>
    `Trials disagree: ${list(failedRps.map(amount))} req/s failed, ${list(heldRps.map(amount))} req/s was held. The ` +
    'interval is wider because of it.',
  'memory-growth': ({ mbPerMinute, interval: [low, high], mb, requests, bytesPerRequest }) =>
    `The memory of the target grew by ${amount(mb)} MB during the search: ${amount(mbPerMinute)} MB per minute (99% ` +
    `interval ${amount(low)} to ${amount(high)})${bytesPerRequest === null ? '' : `, ${bytes(bytesPerRequest)} per request over ${requests} requests`}. ` +
    'This looks like a memory leak.',
}

/** A note with its message. */
export function limitNote(facts: LimitNoteFacts): LimitNote {
  // The registry pairs each code with the function that takes its facts; the compiler does not follow a union that far.
  const sentence = sentences[facts.code] as (facts: LimitNoteFacts) => string
  return { ...facts, message: sentence(facts) }
}

function rate(rps: Rps): string {
  return `${amount(rps)} req/s`
}

/** Three significant digits, or all digits of a whole number. */
function amount(value: number): string {
  return String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)))
}

function ms(value: Ms): string {
  return `${amount(value)} ms`
}

function bytes(value: number): string {
  return value >= 10_000 ? `${amount(value / 1_000)} kB` : `${amount(value)} bytes`
}

function list(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}
