import type { Figures } from '../model/figures.ts'

/** Minimum share of the failed requests at which a hint explains them. */
const MAIN_SHARE = 0.25

const BY_STATUS: Readonly<Record<string, string>> = {
  400: "the target did not accept the requests: check their body and its content type, headers: { 'content-type': … }",
  401: 'the target asks for credentials: give them as headers in the plan (authorization or cookie), or log in with setup or in a journey',
  403: 'the target refused the credentials, or got none: give valid ones as headers in the plan (authorization or cookie), or log in with setup or in a journey',
  405: "the target does not accept this method here: set request: { method: 'POST' } or the method that it expects",
  413: 'the target limits the size of bodies: send smaller ones, or raise its limit',
  415: "the target does not accept this content type: set headers: { 'content-type': 'application/json' }, or pass the body as an object",
  422: "the target did not accept the content of the body: check its fields and its content type, headers: { 'content-type': … }",
  429: 'the target limits the rate of its clients: lower rate, or exempt this machine from the limit',
}

const NOT_FOUND =
  "the target answered every request with 404: check the path of the target's URL and of the request, request: { path: '/…' }"
const REDIRECTED = 'redirects are not followed: request the final path, also with its scheme and host'
const FAILED = 'the target itself failed: its log shows why'
const OVERLOADED = 'the target or a proxy before it was overloaded or not reachable: check both, or lower the rate'

type FailedFigures = Pick<Figures, 'errors' | 'errorsByClass' | 'statuses' | 'requestsSent'>

/** Returns what to do about the most frequent statuses of failed requests; nothing for other errors. */
export function errorHints(figures: FailedFigures): readonly string[] {
  const { errors, errorsByClass, statuses, requestsSent } = figures
  const isMain = (count: number): boolean => count > 0 && count >= MAIN_SHARE * errors
  const has = (errorClass: keyof Figures['errorsByClass']): boolean => isMain(errorsByClass[errorClass]?.count ?? 0)
  const within = (from: number, to: number): number =>
    Object.entries(statuses).reduce((sum, [status, count]) => {
      const code = Number(status)
      return code >= from && code <= to ? sum + count : sum
    }, 0)
  const hints: string[] = []
  if (has('http-4xx')) {
    for (const [status, hint] of Object.entries(BY_STATUS)) if (isMain(statuses[status] ?? 0)) hints.push(hint)
    if (errors === requestsSent && statuses['404'] === errors) hints.push(NOT_FOUND)
  }
  if (has('status') && isMain(within(300, 399))) hints.push(REDIRECTED)
  if (has('http-5xx')) hints.push(isMain(within(502, 504)) ? OVERLOADED : FAILED)
  return hints
}
