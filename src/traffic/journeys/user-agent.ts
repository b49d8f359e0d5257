import type { Answer } from '../../model/protocol.ts'
import type { AnyRequest } from '../../model/requests.ts'

/** Sits between a journey and its protocol, and does what a user's client program does automatically. */
export interface UserAgent {
  /** Returns the step as it is sent. */
  send(request: AnyRequest): AnyRequest
  /** Receives the response to the step sent last. */
  handle(answer: Answer): void
}
