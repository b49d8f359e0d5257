/** Codes of a normal closure: done, going away, and no code. */
const IN_ORDER: ReadonlySet<number> = new Set([1000, 1001, 1005])

/** RFC 6455, 7.4.1, and the codes that IANA has registered since. */
const MEANINGS: Readonly<Record<number, string>> = {
  1000: 'normal closure',
  1001: 'going away',
  1002: 'protocol error',
  1003: 'unsupported data',
  1005: 'no code given',
  1007: 'invalid payload data',
  1008: 'policy violation',
  1009: 'message too big',
  1010: 'extension missing',
  1011: 'internal error',
  1012: 'service restart',
  1013: 'try again later',
  1014: 'bad gateway',
  3000: 'unauthorized',
  3003: 'forbidden',
  3008: 'timeout',
}

/** Code that `ws` reports when the connection closed without a close frame; a close frame never contains it. */
const NO_CLOSE_FRAME = 1006
/** Code that `ws` reports for a close frame without a code. */
const NO_CODE = 1005

/** Whether this code means a normal closure, provided that no request was in flight. */
export function closesInOrder(code: number): boolean {
  return IN_ORDER.has(code)
}

/** Returns the status of requests that were in flight: the code of the close frame; undefined when it had none. */
export function closeStatus(code: number): number | undefined {
  return code === NO_CLOSE_FRAME || code === NO_CODE ? undefined : code
}

/** Returns for example "the server closed the connection with 1011 (internal error): out of memory". */
export function formatClose(code: number, reason: string): string {
  if (code === NO_CLOSE_FRAME) return 'the server closed the connection without a close frame'
  const meaning = MEANINGS[code] ?? (code >= 4000 ? 'application-defined' : 'unknown code')
  return `the server closed the connection with ${code} (${meaning})${reason === '' ? '' : `: ${reason}`}`
}
