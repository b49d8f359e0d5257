import { formatValue } from '../../model/errors.ts'
import { http } from '../../model/node-http.ts'
import type { Answer, Outcome } from '../../model/protocol.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import { bodyFailure, codeFailure, isCheckCode } from '../check.ts'
import { parseJson } from '../json-text.ts'
import type { HttpAnswer, HttpCheck, HttpRequest } from './request.ts'
import type { BodyCapture } from './body-capture.ts'
import type { HeaderFields } from './header-map.ts'

const DEFAULT_OK: NonNullable<HttpRequest['ok']> = [[200, 399]]

interface Failure {
  readonly errorClass: ErrorClass
  readonly message: string
}

/** The parts of a response that were kept for a rule that needs more than the status. */
export interface KeptAnswer extends HeaderFields {
  /** Present when the rule `reads`. */
  readonly body: BodyCapture | undefined
  /** Reason why the response is not the requested stream. */
  readonly violation: string | undefined
  /** Beginning of the body of a response that failed; empty if it has none. */
  readonly beginning: string
}

/** Decides whether a complete response is a success: first by its status, then by the request's `check`. */
export interface AnswerRule {
  /** Whether the body must be kept. */
  readonly reads: boolean
  accepts(status: number): boolean
  /** `kept` is present when the request is `tapped`, and when the rule does not accept the status. */
  outcome(status: number, bytesSent: number, bytesReceived: number, kept: KeptAnswer | undefined): Outcome
}

const PLAIN: AnswerRule = createRule({})

/**
 * Returns the rule of a request. It applies `ok` (default 200–399, plus the status that `check` expects), then `check`,
 * then `read`.
 */
export function answerRule(request: HttpRequest): AnswerRule {
  const { ok, check, read } = request
  return ok === undefined && check === undefined && read === undefined ? PLAIN : createRule(request)
}

function createRule({ ok = DEFAULT_OK, check, read }: HttpRequest): AnswerRule {
  const wanted = check === undefined || isCheckCode(check) ? [] : [check].flat().map(({ status }) => status)
  const accepts = (status: number): boolean =>
    wanted.includes(status) || ok.some(([from, to]) => status >= from && status <= to)
  return {
    reads: inspectsBody(check) || read === 'text' || read === 'json',
    accepts,
    outcome(status, bytesSent, bytesReceived, kept) {
      const failure = accepts(status) ? kept && keptFailure(check, status, kept) : statusFailure(status)
      const answer = failure ?? (read === undefined || kept === undefined ? undefined : answerOf(read, status, kept))
      if (answer === undefined) return { ok: true, bytesSent, bytesReceived, status }
      if (!('errorClass' in answer)) return { ok: true, bytesSent, bytesReceived, status, answer }
      const beginning = kept?.beginning ?? ''
      const excerpt = beginning === '' ? undefined : `${statusLine(status)}\n${beginning}`
      return { ok: false, bytesSent, bytesReceived, status, ...answer, ...(excerpt === undefined ? {} : { excerpt }) }
    },
  }
}

function inspectsBody(check: HttpRequest['check']): boolean {
  if (check === undefined || isCheckCode(check)) return check !== undefined
  return [check].flat().some((each) => {
    return each.bodyIncludes !== undefined || each.bodyExcludes !== undefined || each.json !== undefined
  })
}

function statusLine(status: number): string {
  const reason = http.STATUS_CODES[status]
  return reason === undefined ? `${status}` : `${status} ${reason}`
}

function statusFailure(status: number): Failure {
  const message = statusLine(status)
  if (status >= 400 && status <= 499) return { errorClass: 'http-4xx', message }
  if (status >= 500 && status <= 599) return { errorClass: 'http-5xx', message }
  return { errorClass: 'status', message }
}

function keptFailure(check: HttpRequest['check'], status: number, kept: KeptAnswer): Failure | undefined {
  if (kept.violation !== undefined) return { errorClass: 'protocol', message: kept.violation }
  if (check === undefined) return undefined
  const body = inspectsBody(check) ? bodyOf(kept, 'check') : ''
  if (typeof body !== 'string') return body
  const message = checkAnswer(check, { status, headers: kept.headers, body })
  return message === undefined ? undefined : { errorClass: 'check', message }
}

/** Returns the decoded body, or why it is not available for `user`. */
function bodyOf({ body, headers }: KeptAnswer, user: 'check' | 'read'): string | Failure {
  const text = body?.text(headers['content-encoding']) ?? ''
  if (typeof text === 'string') return text
  if (!text.tooLarge) return { errorClass: 'protocol', message: text.reason }
  return { errorClass: user === 'check' ? 'check' : 'protocol', message: `${text.reason}, the limit of \`${user}\`` }
}

/** Returns the answer for `read`, or why there is none. */
function answerOf(read: NonNullable<HttpRequest['read']>, status: number, kept: KeptAnswer): Answer | Failure {
  const { headers, setCookie } = kept
  if (read === 'headers') return { status, headers, setCookie, text: '' }
  const text = bodyOf(kept, 'read')
  if (typeof text !== 'string') return text
  if (read === 'text') return { status, headers, setCookie, text }
  try {
    return { status, headers, setCookie, text, json: parseJson(text) }
  } catch {
    return { errorClass: 'protocol', message: `expected a JSON body, got ${formatValue(text)}` }
  }
}

function checkAnswer(check: NonNullable<HttpRequest['check']>, answer: HttpAnswer): string | undefined {
  if (isCheckCode(check)) return codeFailure(check, answer, 'body')
  for (const each of [check].flat()) {
    const failure = checkHead(each, answer) ?? bodyFailure(each, answer.body, 'body')
    if (failure !== undefined) return failure
  }
  return undefined
}

function checkHead({ status, header = {} }: HttpCheck, answer: HttpAnswer): string | undefined {
  if (status !== undefined && status !== answer.status) return `expected status ${status}, got ${answer.status}`
  for (const [name, expected] of Object.entries(header)) {
    const got = answer.headers[name.toLowerCase()]
    if (got !== expected) {
      return `expected header ${name} to be ${formatValue(expected)}, got ${got === undefined ? 'none' : formatValue(got)}`
    }
  }
  return undefined
}
