import type { Sample } from '../model/sample.ts'
import { foreignText } from '../model/text/clean.ts'

/** Returns what a sample sent, in a few words: `create: POST /orders`; empty if that is unknown. */
export type DescribeRequest = (sample: Sample) => string

/** Maximum length of the request in an error, so that a long path does not displace the message. */
const MAX_REQUEST = 200
/** Beginning of a response by which to detect that the message quotes it already. */
const RECOGNISED = 40

/**
 * Returns the text of a failed request: `create: POST /orders → 400 Bad Request "{"code":…}"`. Clean, and expensive:
 * call it only for errors that are shown. A journey failed with its last step.
 */
export function errorText(sample: Sample, describe: DescribeRequest | undefined): string {
  const failed = sample.failedStep ?? sample
  return failedRequestText(describe?.(failed) ?? '', failed)
}

/** What is known about a failed request. */
interface FailedRequest {
  readonly message?: string | undefined
  readonly excerpt?: string | undefined
  readonly payload?: unknown
}

/** Returns the text of a failed request; `request` says what was sent. */
export function failedRequestText(request: string, { message = '', excerpt, payload }: FailedRequest): string {
  const sent = request.length > MAX_REQUEST ? `${foreignText(request, payload).slice(0, MAX_REQUEST)}…` : request
  return foreignText(`${sent === '' ? '' : `${sent} → `}${message}${quoted(excerpt, message)}`, payload)
}

function quoted(excerpt: string | undefined, message: string): string {
  if (excerpt === undefined) return ''
  const repeats = excerpt.startsWith(`${message}\n`)
  const text = (repeats ? excerpt.slice(message.length) : excerpt).replaceAll(/\s+/g, ' ').trim()
  if (text === '' || message.includes(text.slice(0, RECOGNISED))) return ''
  return repeats ? ` "${text}"` : `, response: "${text}"`
}
