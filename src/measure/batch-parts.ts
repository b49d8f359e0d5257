import type { Outcome, Transferred } from '../model/protocol.ts'
import { sum } from '../model/sum.ts'
import type { Sample, SampledBatch } from '../model/sample.ts'

/**
 * Returns the operations of a message as if each were a request: sent with the message, and done with its own response,
 * or with the message if it has none. Bytes that only the message as a whole has are divided evenly.
 */
export function partsOf(sample: Sample, { operations, items, ended }: SampledBatch): readonly Sample[] {
  const count = operations.length
  const known = [...ended.values()].map(({ outcome }) => outcome)
  const rest = count - known.length
  const sent = shares(sample.bytesSent - total(known, 'bytesSent'), rest)
  const received = shares(sample.bytesReceived - total(known, 'bytesReceived'), rest)
  return operations.map((operation, place): Sample => {
    const shared = {
      requestId: sample.requestId + place,
      operation,
      phase: sample.phase,
      intendedMs: sample.intendedMs,
      measured: sample.measured,
      dueMs: sample.dueMs,
      sentMs: sample.sentMs,
      // Bounds the delay of each of its operations, too.
      delayMs: sample.delayMs,
      firstMessageMs: sample.firstMessageMs,
      dropReason: sample.dropReason,
      payload: items[place],
    }
    const own = ended.get(place)
    if (own === undefined) {
      const { fate, doneMs, errorClass, message, excerpt, status } = sample
      const bytes = { bytesSent: sent(), bytesReceived: received() }
      return { ...shared, ...bytes, fate, doneMs, errorClass, message, excerpt, status }
    }
    const { ok, errorClass = 'protocol', message, excerpt, status, bytesSent, bytesReceived } = own.outcome
    const error = ok ? { errorClass: undefined, message: undefined } : { errorClass, message, excerpt }
    const fate = ok ? 'success' : 'error'
    return { ...shared, fate, doneMs: own.doneMs, bytesSent, bytesReceived, status, ...error }
  })
}

function total(outcomes: readonly Outcome[], key: keyof Transferred): number {
  return sum(outcomes.map((outcome) => outcome[key]))
}

/** Returns a function that divides `bytes` by `count`; its first value includes the remainder. */
function shares(bytes: number, count: number): () => number {
  const each = Math.floor(Math.max(0, bytes) / Math.max(1, count))
  let next = Math.max(0, bytes) - each * (count - 1)
  return () => {
    const share = next
    next = each
    return share
  }
}
