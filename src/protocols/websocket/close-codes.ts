/** Codes by which a peer ends a connection as agreed: done, going away, and no code at all. */
const IN_ORDER: ReadonlySet<number> = new Set([1000, 1001, 1005])

/** RFC 6455, 7.4.1, and what IANA has registered since. */
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

/** What a socket reports that was closed without a close frame; it never stands in one. */
const NO_CLOSE_FRAME = 1006
/** What a socket reports for a close frame without a code. */
const NO_CODE = 1005

/** Whether a connection that was closed with this code ended in order, as long as nothing was under way. */
export function closesInOrder(code: number): boolean {
  return IN_ORDER.has(code)
}

/** Status of the requests that a closed connection ends: the code of its close frame; undefined when it had none. */
export function closeStatus(code: number): number | undefined {
  return code === NO_CLOSE_FRAME || code === NO_CODE ? undefined : code
}

/** "the server closed the connection with 1011 (internal error): out of memory" */
export function wordClose(code: number, reason: string): string {
  if (code === NO_CLOSE_FRAME) return 'the server closed the connection without a close frame'
  const meaning = MEANINGS[code] ?? (code >= 4000 ? "a code of the server's own" : 'a code without a meaning')
  return `the server closed the connection with ${code} (${meaning})${reason === '' ? '' : `: ${reason}`}`
}
