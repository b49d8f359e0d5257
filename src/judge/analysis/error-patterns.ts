import type { ErrorPattern } from '../../model/mcp-stress-findings.ts'
import type { ErrorClass } from '../../model/error-class.ts'
import type { LoadResult } from '../../model/result.ts'
import { studentQuantile } from '../verdict/statistics/student.ts'
import { sum } from '../../model/sum.ts'

const MEANINGS: Readonly<Record<ErrorClass, string>> = {
  dns: "the target's host name did not resolve: check the resolver and its query limit",
  connect:
    'the server refused connections or did not accept them in time: it was down, or its queue of new connections was full',
  tls: 'the TLS handshake failed: check the certificate, the TLS version and the load of the server',
  timeout: 'the server did not respond in time: it hangs, or its queue is longer than the request timeout',
  connection: 'connections closed during requests: the server or a proxy closed or reset them',
  'http-4xx': 'the server rejected requests: they are invalid, or the server limits their rate (429)',
  'http-5xx': 'the server failed, or rejected requests because of overload (503)',
  status: 'responses had an unexpected status',
  protocol: 'responses violated the protocol: they were truncated, malformed, or of another protocol',
  jsonrpc: 'the server returned JSON-RPC errors: check the method, its parameters and the server',
  'tool-error': 'tools failed: a resource that they need was missing, or failed under load',
  'session-lost': 'the server no longer knew the sessions: they expired, or another server process took over',
  misrouted: 'clients received responses to other clients: the server shares a transport between its clients',
  'process-exit': 'the server process exited',
  check: 'the server responded, but the responses did not pass the check',
  'local-ports': 'this machine had no free local ports: use fewer connections, or keep them open',
  'local-files': 'this machine had no free file descriptors: raise the limit (ulimit -n)',
  'user-error': 'code of the test failed: a custom protocol, journey or request function threw or ended its thread',
  cancelled: 'the run stopped while these requests were in flight, which is not an error of the target',
}

/** Significance level, one-sided for each direction. */
const ALPHA = 0.005
/** Maximum number of blocks of time. With 10, an outage of a fifth of the run is never a trend, whenever it occurs. */
const MAX_BLOCKS = 10
/** Minimum number of blocks that distinguish a trend from chance. */
const MIN_BLOCKS = 6

/** Returns the error classes of a run, the most frequent first, with their phases and the trend of their share. */
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
 * Trend of the share of failed requests: least squares over blocks of equal length, with Student's t. Each block is one
 * value, however many requests failed in it, because the requests of an outage fail together and are not independent
 * evidence. Shares do not rise with the rate.
 */
function trendOf({ intervals }: LoadResult, errorClass: ErrorClass): ErrorPattern['trend'] {
  const blocks = Math.min(MAX_BLOCKS, intervals.length)
  const start = (block: number): number => Math.round((block * intervals.length) / blocks)
  const values = Array.from({ length: blocks }, (_, block) => {
    const within = intervals.slice(start(block), start(block + 1))
    const requests = sum(within.map(({ requestsScheduled }) => requestsScheduled))
    const errors = sum(within.map(({ errorsByClass }) => errorsByClass[errorClass]?.count ?? 0))
    return { block, share: errors / requests }
  }).filter(({ share }) => !Number.isNaN(share))
  if (values.length < MIN_BLOCKS) return 'unknown'
  const t = slopeT(values)
  const critical = studentQuantile(1 - ALPHA, values.length - 2)
  if (t > critical) return 'growing'
  return t < -critical ? 'fading' : 'steady'
}

/** Least-squares slope divided by its standard error; 0 if all shares are the same. */
function slopeT(values: readonly { readonly block: number; readonly share: number }[]): number {
  const n = values.length
  const middle = sum(values.map(({ block }) => block)) / n
  const mean = sum(values.map(({ share }) => share)) / n
  const spread = sum(values.map(({ block }) => (block - middle) ** 2))
  const slope = sum(values.map(({ block, share }) => (block - middle) * (share - mean))) / spread
  const residual = sum(values.map(({ block, share }) => (share - mean - slope * (block - middle)) ** 2))
  return slope === 0 ? 0 : slope / Math.sqrt(residual / (n - 2) / spread)
}
