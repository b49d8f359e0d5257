import { formatValue } from '../../../model/errors.ts'
import { http } from '../../../model/node-http.ts'
import type { ChannelFailure } from '../channel.ts'
import { kindOfMessage, named } from './message-kind.ts'

/** A response whose status is not 2xx. */
interface RefusedAnswer {
  readonly status: number
  readonly body: string
  readonly bytesReceived: number
  /** Id of the request; undefined for a notification. */
  readonly id: number | undefined
  /** Whether the request contained a session id. */
  readonly inSession: boolean
}

/**
 * Interprets a response whose status is not 2xx. A JSON-RPC error in the body is the reply: its text is returned with
 * the id of the request. Anything else is a failure. In a session, 404 means that the session no longer exists; some
 * servers use 400.
 */
export function readRefusal(answer: RefusedAnswer): string | ChannelFailure {
  const { status, body, bytesReceived, id, inSession } = answer
  const kind = id === undefined ? 'broken' : kindOfMessage(body, id)
  if (inSession && (status === 404 || status === 400) && isOfSession(status, body, kind === 'reply')) {
    const message = `${formatStatus(status)}: the session no longer exists: ${formatValue(body)}`
    return { errorClass: 'session-lost', message, bytesReceived, status }
  }
  if (id !== undefined && kind === 'reply') return body
  if (id !== undefined && kind === 'nameless') return named(body, id)
  return { errorClass: classOfStatus(status), message: formatStatus(status), bytesReceived, status }
}

function isOfSession(status: number, body: string, isReply: boolean): boolean {
  // A 404 may also be the reply to an unknown method (SDK v2).
  return /session|not initiali[sz]ed/i.test(body) || (status === 404 && !isReply)
}

function classOfStatus(status: number): ChannelFailure['errorClass'] {
  if (status >= 400 && status <= 499) return 'http-4xx'
  return status >= 500 && status <= 599 ? 'http-5xx' : 'status'
}

export function formatStatus(status: number): string {
  const reason = http.STATUS_CODES[status]
  return reason === undefined ? `${status}` : `${status} ${reason}`
}
