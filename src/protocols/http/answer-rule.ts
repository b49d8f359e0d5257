import { STATUS_CODES } from 'node:http'
import { formatValue } from '../../model/errors.ts'
import type { Answer, Outcome } from '../../model/protocol.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import { bodyFailure, functionFailure } from '../check.ts'
import type { HttpAnswer, HttpCheck, HttpRequest } from './request.ts'
import type { BodyCapture } from './body-capture.ts'
import { CAPTURE_LIMIT } from './body-capture.ts'
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
}

/** Decides whether a complete response is a success: first by its status, then by the request's `check`. */
export interface AnswerRule {
  /** Whether the body must be kept. */
  readonly reads: boolean
  accepts(status: number): boolean
  /** `kept` is present when the request is `tapped`. */
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
  const wanted = check === undefined || typeof check === 'function' ? [] : [check].flat().map(({ status }) => status)
  const accepts = (status: number): boolean =>
    wanted.includes(status) || ok.some(([from, to]) => status >= from && status <= to)
  return {
    reads: check !== undefined || read === 'text' || read === 'json',
    accepts,
    outcome(status, bytesSent, bytesReceived, kept) {
      const failure = accepts(status) ? kept && keptFailure(check, status, kept) : statusFailure(status)
      if (failure !== undefined) {
        const { errorClass, message } = failure
        return { ok: false, bytesSent, bytesReceived, status, errorClass, message }
      }
      if (read === undefined || kept === undefined) return { ok: true, bytesSent, bytesReceived, status }
      const answer = answerOf(read, status, kept)
      return typeof answer === 'string'
        ? { ok: false, bytesSent, bytesReceived, status, errorClass: 'protocol', message: answer }
        : { ok: true, bytesSent, bytesReceived, status, answer }
    },
  }
}

function statusFailure(status: number): Failure {
  const reason = STATUS_CODES[status]
  const message = reason === undefined ? `${status}` : `${status} ${reason}`
  if (status >= 400 && status <= 499) return { errorClass: 'http-4xx', message }
  if (status >= 500 && status <= 599) return { errorClass: 'http-5xx', message }
  return { errorClass: 'status', message }
}

function keptFailure(check: HttpRequest['check'], status: number, kept: KeptAnswer): Failure | undefined {
  if (kept.violation !== undefined) return { errorClass: 'protocol', message: kept.violation }
  const message = check && checkKept(check, status, kept)
  return message === undefined ? undefined : { errorClass: 'check', message }
}

/** Returns why the check fails, or undefined when it passes. */
function checkKept(check: NonNullable<HttpRequest['check']>, status: number, kept: KeptAnswer): string | undefined {
  const body = kept.body?.text()
  if (body === undefined) return `the body is larger than ${CAPTURE_LIMIT} bytes, the limit of \`check\``
  return checkAnswer(check, { status, headers: kept.headers, body })
}

/** Returns the answer for `read`, or the reason why there is none as a string. */
function answerOf(
  read: NonNullable<HttpRequest['read']>,
  status: number,
  { headers, setCookie, body }: KeptAnswer,
): Answer | string {
  if (read === 'headers') return { status, headers, setCookie, text: '' }
  const text = body?.text()
  if (text === undefined) return `the body is larger than ${CAPTURE_LIMIT} bytes, the limit of \`read\``
  if (read === 'text') return { status, headers, setCookie, text }
  try {
    return { status, headers, setCookie, text, json: JSON.parse(text) as unknown }
  } catch {
    return `expected a JSON body, got ${formatValue(text)}`
  }
}

function checkAnswer(check: NonNullable<HttpRequest['check']>, answer: HttpAnswer): string | undefined {
  if (typeof check === 'function') return functionFailure(check, answer)
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
