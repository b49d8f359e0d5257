import type { ErrorPattern } from '../../model/mcp-stress-findings.ts'
import type { ErrorClass } from '../../model/protocol.ts'
import type { LoadResult } from '../../model/result.ts'
import { studentQuantile } from '../verdict/statistics/student.ts'

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
  'local-files': 'this machine has no file descriptors left: raise the limit (ulimit -n)',
  cancelled: 'the run was stopped while these were under way; nobody is to blame',
}

/** One-sided, for each direction. */
const ALPHA = 0.005
/** Blocks of time. With 10, an outage of a fifth of the run is never a trend, wherever it lies. */
const MAX_BLOCKS = 10
/** Fewer blocks do not distinguish a trend from chance. */
const MIN_BLOCKS = 6

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
 * Trend of the share of failed requests: least squares over blocks of equal length, Student's t. A block is one value,
 * however many requests failed in it: the requests of an outage fail together, so they are no independent evidence, and
 * shares do not rise with the rate.
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

/** The least-squares slope divided by its standard error; 0 where all shares are the same. */
function slopeT(values: readonly { readonly block: number; readonly share: number }[]): number {
  const n = values.length
  const middle = sum(values.map(({ block }) => block)) / n
  const mean = sum(values.map(({ share }) => share)) / n
  const spread = sum(values.map(({ block }) => (block - middle) ** 2))
  const slope = sum(values.map(({ block, share }) => (block - middle) * (share - mean))) / spread
  const residual = sum(values.map(({ block, share }) => (share - mean - slope * (block - middle)) ** 2))
  return slope === 0 ? 0 : slope / Math.sqrt(residual / (n - 2) / spread)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
