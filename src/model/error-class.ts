/** Why an exchange failed. The keys of a result's `errorsByClass`. */
export const ERROR_CLASSES = [
  'dns',
  'connect',
  'tls',
  'timeout',
  'connection',
  'http-4xx',
  'http-5xx',
  'status',
  'protocol',
  'jsonrpc',
  'tool-error',
  'session-lost',
  'misrouted',
  'process-exit',
  'check',
  'local-ports',
  'local-files',
  /** Code of the user threw, left a rejection unhandled, or ended its thread. */
  'user-error',
  /** In flight when the run was stopped: its outcome is unknown, and the target is not blamed for it. */
  'cancelled',
] as const

export type ErrorClass = (typeof ERROR_CLASSES)[number]

/** Classes in which the target responded, but not successfully: they count in the error rate, not in the latencies. */
const ANSWERED: ReadonlySet<ErrorClass> = new Set<ErrorClass>([
  'http-4xx',
  'http-5xx',
  'status',
  'protocol',
  'jsonrpc',
  'tool-error',
  'session-lost',
  'misrouted',
  'check',
])

/** Returns whether a failure of this class is a response (a fast 503) rather than silence (a timeout, a reset). */
export function isAnswered(errorClass: ErrorClass): boolean {
  return ANSWERED.has(errorClass)
}
