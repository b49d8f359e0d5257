import { STATUS_CODES } from 'node:http'
import { wordValue } from '../../../model/errors.ts'
import type { ChannelFailure } from '../channel.ts'
import { kindOfMessage, named } from './message-kind.ts'

/** A response whose status is not 2xx. */
interface RefusedAnswer {
  readonly status: number
  readonly body: string
  readonly bytesReceived: number
  /** Undefined of a notification. */
  readonly id: number | undefined
  /** Whether the request named a session. */
  readonly inSession: boolean
}

/**
 * What a status other than 2xx means: a JSON-RPC error in its body is the reply, whose text is returned with the
 * request's id; all else is a failure. In a session, 404 says that the session is gone; some servers say it by a 400.
 */
export function readRefusal(answer: RefusedAnswer): string | ChannelFailure {
  const { status, body, bytesReceived, id, inSession } = answer
  const kind = id === undefined ? 'broken' : kindOfMessage(body, id)
  if (inSession && (status === 404 || status === 400) && isOfSession(status, body, kind === 'reply')) {
    const message = `${wordStatus(status)}: the session is gone: ${wordValue(body)}`
    return { errorClass: 'session-lost', message, bytesReceived, status }
  }
  if (id !== undefined && kind === 'reply') return body
  if (id !== undefined && kind === 'nameless') return named(body, id)
  return { errorClass: classOfStatus(status), message: wordStatus(status), bytesReceived, status }
}

function isOfSession(status: number, body: string, isReply: boolean): boolean {
  // A 404 may also be the reply to a method that there is not (as SDK v2 has it).
  return /session|not initiali[sz]ed/i.test(body) || (status === 404 && !isReply)
}

function classOfStatus(status: number): ChannelFailure['errorClass'] {
  if (status >= 400 && status <= 499) return 'http-4xx'
  return status >= 500 && status <= 599 ? 'http-5xx' : 'status'
}

export function wordStatus(status: number): string {
  const reason = STATUS_CODES[status]
  return reason === undefined ? `${status}` : `${status} ${reason}`
}
