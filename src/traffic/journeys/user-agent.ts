import type { Answer } from '../../model/protocol.ts'
import type { AnyRequest } from '../../model/requests.ts'

/** What stands between a journey and its protocol: what a program that a user has does by itself. */
export interface UserAgent {
  /** The step as it is sent. */
  send(request: AnyRequest): AnyRequest
  /** The answer to what was sent last. */
  take(answer: Answer): void
}
