import type { Body } from '../../model/body.ts'
import type { RequestLabel } from '../../model/requests.ts'
import type { MatchedByOrder } from '../ignored-messages.ts'
import type { CheckedByMessage } from '../message-check.ts'

/** A frame over TCP or TLS, and the number of frames that answer it. */
export interface TcpRequest extends RequestLabel, MatchedByOrder, CheckedByMessage {
  /** Content of the frame; the framing adds its own bytes. */
  readonly data?: Body
  /** Number of frames that answer it; default 1. */
  readonly replies?: number
}
