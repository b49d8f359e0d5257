import type { EventStreamParser } from '../../framers/event-stream.ts'

/** Wait before a stream is resumed when the server names none, and limits of what it names. */
const USUAL_RETRY_MS = 1_000
const MIN_RETRY_MS = 10
const MAX_RETRY_MS = 24 * 3_600_000

/** Where a stream that its server ended continues (2025-11-25, "Resumability and Redelivery"). */
export interface StreamPosition {
  /** Value of the `Last-Event-ID` header. */
  readonly lastEventId: string
  /** Wait before the stream is requested again. */
  readonly retryMs: number
}

/** Returns the position after the last event; undefined when it has no id, or one that cannot be sent in a header. */
export function positionOf({ lastEventId, retryMs = USUAL_RETRY_MS }: EventStreamParser): StreamPosition | undefined {
  if (!/^[!-~](?:[ -~]{0,998}[!-~])?$/.test(lastEventId)) return undefined
  return { lastEventId, retryMs: Math.min(MAX_RETRY_MS, Math.max(MIN_RETRY_MS, retryMs)) }
}
