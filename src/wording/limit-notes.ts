import type { LimitNote, LimitNoteCode, LimitNoteFacts } from '../model/limit-note.ts'
import { formatDuration, type Ms, type Rps } from '../model/units.ts'

type Sentences = {
  readonly [Code in LimitNoteCode]: (facts: Extract<LimitNoteFacts, { readonly code: Code }>) => string
}

const sentences: Sentences = {
  'slow-bursts': ({ rateRps, durationMs, bursts, lateRequests, p50Ms, p99Ms, seenAtRps }) =>
    `Slow requests occur in bursts at every rate: at ${rate(rateRps)}, the lowest, ${lateRequests} late requests ` +
    `occurred in ${bursts} bursts within ${formatDuration(durationMs)} (p50 ${ms(p50Ms)}, p99 ${ms(p99Ms)}). Bursts ` +
    `were seen at ${list(seenAtRps.map(amount))} req/s. The search reports no rate, because a lower rate does not ` +
    'remove the pauses.',
  'error-responses': ({ rateRps, failed, requests, errorClass, statuses, first }) =>
    `At ${rate(rateRps)}, ${failed === requests ? `all ${requests}` : `${failed} of ${requests}`} requests failed ` +
    `(${errorClass}${statuses.length === 0 ? '' : `: status ${list(statuses.map(({ status, count }) => `${status} ${count} ×`))}`}). ` +
    `First error: ${first}. A lower rate does not help: check the request and the target.`,
  collapse: ({ saturatedRps, concurrency, bestRps, bestConcurrency }) =>
    `Throughput falls under overload: ${rate(saturatedRps)} with ${concurrency} requests in flight, ${rate(bestRps)} ` +
    `${bestConcurrency === null ? 'at a sustained rate' : `with ${bestConcurrency}`}.`,
  'trials-disagree': ({ failedRps, heldRps }) =>
    `Trials disagree: ${list(failedRps.map(amount))} req/s failed, ${list(heldRps.map(amount))} req/s passed. The ` +
    'interval is therefore wider.',
  'memory-growth': ({ mbPerMinute, interval: [low, high], mb, requests, bytesPerRequest }) =>
    `The memory of the target grew by ${amount(mb)} MB during the search: ${amount(mbPerMinute)} MB per minute (99% ` +
    `interval ${amount(low)} to ${amount(high)})${bytesPerRequest === null ? '' : `, ${bytes(bytesPerRequest)} per request over ${requests} requests`}. ` +
    'This looks like a memory leak.',
}

/** Returns the note with its message. */
export function limitNote(facts: LimitNoteFacts): LimitNote {
  // TypeScript cannot infer that `sentences[code]` accepts the facts with that code.
  const sentence = sentences[facts.code] as (facts: LimitNoteFacts) => string
  return { ...facts, message: sentence(facts) }
}

function rate(rps: Rps): string {
  return `${amount(rps)} req/s`
}

/** Formats a number with three significant digits, or as an integer from 100 on. */
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
