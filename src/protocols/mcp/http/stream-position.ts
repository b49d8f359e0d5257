import type { EventStreamParser } from '../../framers/event-stream.ts'

/** Wait before a stream is requested again when the server names none, and limits of what it names. */
const USUAL_RETRY_MS = 1_000
const MIN_RETRY_MS = 10
const MAX_RETRY_MS = 24 * 3_600_000

/** Where a stream that has ended continues (2025-11-25, "Resumability and Redelivery"). */
export interface StreamPosition {
  /** Value of the `Last-Event-ID` header. Undefined when the stream has no id, or one that no header can carry. */
  readonly lastEventId: string | undefined
  /** Wait before the stream is requested again. */
  readonly retryMs: number
}

/** Returns the position after the last event. */
export function positionOf({ lastEventId, retryMs = USUAL_RETRY_MS }: EventStreamParser): StreamPosition {
  return {
    lastEventId: /^[!-~](?:[ -~]{0,998}[!-~])?$/.test(lastEventId) ? lastEventId : undefined,
    retryMs: Math.min(MAX_RETRY_MS, Math.max(MIN_RETRY_MS, retryMs)),
  }
}
