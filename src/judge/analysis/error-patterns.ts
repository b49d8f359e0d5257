import type { ErrorPattern } from '../../model/mcp-stress-findings.ts'
import type { ErrorClass } from '../../model/protocol.ts'
import type { LoadResult } from '../../model/result.ts'
import { atLeast } from '../verdict/statistics/binomial.ts'

const MEANINGS: Readonly<Record<ErrorClass, string>> = {
  dns: 'the name of the target did not resolve: look at the resolver, and at how often it is asked',
  connect:
    'connections were refused or not made in time: the server was down, or its queue of new connections was full',
  tls: 'the handshake failed: a certificate, a version, or a server too busy for it',
  timeout: 'no answer in time: the server hangs, or its queue is longer than the time that is allowed',
  connection: 'connections were lost under requests: the server, or something between, closed or reset them',
  'http-4xx': 'requests were refused: they are wrong, or the server limits its rate (429)',
  'http-5xx': 'the server failed, or shed load (503)',
  status: 'answers had a status that was not expected',
  protocol: 'answers were not what the protocol allows: cut off, garbled, or of another protocol',
  jsonrpc: 'calls were answered with JSON-RPC errors: the method, its parameters, or the server itself',
  'tool-error': 'tools failed: what they work with was not there, or gave out under load',
  'session-lost': 'sessions were forgotten: they expired, or their server was replaced by one that does not know them',
  misrouted: "callers got each other's replies: the server shares a transport between its clients",
  'process-exit': 'the process of the server ended',
  check: 'answers came, but were not right',
  'local-ports': 'this machine ran out of ports for connections: use fewer of them, or keep them',
  'local-files': 'this machine ran out of file descriptors: raise the limit (ulimit -n)',
  cancelled: 'the run was stopped while these were under way; nobody is to blame',
}

/** Doubt at which one half of a run had more errors of a class than the other. */
const DOUBT = 0.01

/** Which classes of errors there were, the most frequent first: in which phases, and whether they grew or faded. */
export function errorPatterns(result: LoadResult): readonly ErrorPattern[] {
  return Object.entries(result.errorsByClass)
    .map(([name, { count }]) => pattern(result, name as ErrorClass, count))
    .toSorted((a, b) => b.count - a.count)
}

function pattern(result: LoadResult, errorClass: ErrorClass, count: number): ErrorPattern {
  const phases = Object.entries(result.phases).filter(
    ([, { errorsByClass }]) => errorsByClass[errorClass] !== undefined,
  )
  return {
    class: errorClass,
    count,
    phases: phases.map(([name]) => name),
    trend: trendOf(result, errorClass),
    meaning: MEANINGS[errorClass],
  }
}

/**
 * Each error is taken to lie in either half of the requests with the chance that the half has of them: an exact binomial
 * test, so that a rate that rises over the run does not look like errors that grow.
 */
function trendOf({ intervals }: LoadResult, errorClass: ErrorClass): ErrorPattern['trend'] {
  const middle = Math.floor(intervals.length / 2)
  const seen = (part: typeof intervals): number =>
    part.reduce((total, { errorsByClass }) => total + (errorsByClass[errorClass]?.count ?? 0), 0)
  const requests = (part: typeof intervals): number =>
    part.reduce((total, { requestsScheduled }) => total + requestsScheduled, 0)
  const [first, second] = [intervals.slice(0, middle), intervals.slice(middle)]
  const all = seen(intervals)
  const share = requests(second) / Math.max(1, requests(intervals))
  if (all === 0 || share <= 0 || share >= 1) return 'steady'
  if (atLeast(all, share, seen(second)) <= DOUBT) return 'growing'
  return atLeast(all, 1 - share, seen(first)) <= DOUBT ? 'fading' : 'steady'
}
