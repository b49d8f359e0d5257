import type { Body } from '../../model/body.ts'
import type { RequestLabel } from '../../model/requests.ts'
import type { MatchedByOrder } from '../ignored-messages.ts'
import type { CheckedByMessage } from '../message-check.ts'

/** A WebSocket message, and the number of messages that answer it. */
export interface WebSocketRequest extends RequestLabel, MatchedByOrder, CheckedByMessage {
  /** A string is sent as a text frame, bytes as a binary frame. Absent: sends nothing and waits for pushed messages. */
  readonly data?: Body
  /** Number of messages that answer it; default 1. */
  readonly replies?: number
  /**
   * `order`: responses come in the order of the requests. `id`: `data` is a JSON object; it is sent with a unique `id`,
   * and messages with this `id` answer it.
   */
  readonly correlate?: 'order' | 'id'
  /** Sends a ping frame instead of `data`; the pong is the response. */
  readonly ping?: boolean
}
