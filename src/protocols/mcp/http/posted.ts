import type { AnswerSink } from '../../http/answer-sink.ts'
import type { ChannelFailure } from '../channel.ts'
import type { Asker, Ticket } from './sockets.ts'

/** A message that was posted, or a batch of messages. */
export interface Posted {
  /** Ids of the requests; none for a message without a reply. */
  readonly ids: readonly number[]
  /** Those of `ids` without a reply. */
  readonly unanswered: readonly number[]
  /** Reports the last reply. */
  finish(): void
  /** Abandons a request. Returns how many of the bytes were not sent. */
  giveUp(id?: number): number
  /** Ends the post without a report. */
  stop(): void
}

/** Receives the results of a posted message. */
export interface PostOwner {
  /** The server sent the id of this session. */
  session(id: string): void
  /** A message arrived: a notification, a server's request, or the reply to the request `id`. */
  onMessage(text: string, bytes: number, id?: number): void
  /** The reply arrived before its stream ended. The owner must call `finish` when the current read is complete. */
  soon(post: Posted): void
  /**
   * Requests the rest of a reply stream that the server has ended; `post` receives it. Undefined: the channel is over.
   */
  resume(post: AnswerSink & Asker, lastEventId: string): Ticket | undefined
  /**
   * The post ended; `failure` is undefined on success, after `onMessage`. Called once, unless the post was abandoned.
   */
  over(post: Posted, failure: ChannelFailure | undefined): void
}

export interface PostOptions {
  readonly inSession: boolean
  /** Whether a reply stream that ends without the reply is resumed from its last event. */
  readonly resumes: boolean
  /** Maximum bytes of a message. */
  readonly limitBytes: number
}
