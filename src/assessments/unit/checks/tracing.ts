import type { Tracing } from '../../../model/trace.ts'
import { formatPlural } from '../../../wording/figures.ts'
import { type Check, type CheckGroup, shortRun } from '../check.ts'

const REQUESTS = 60

/** A context of version 00 whose last two digits are the flags: 01 asks the server to record its spans. */
const CONTEXT = /^00-(?<traceId>[0-9a-f]{32})-[0-9a-f]{16}-0(?<sampled>[01])$/

interface Mode {
  readonly name: string
  readonly tracing: Tracing
  /** Number of requests with a context, and with a context that is sampled. */
  readonly isExpected: (contexts: number, sampled: number) => boolean
}

const SHARE = 0.25

const MODES: readonly Mode[] = [
  { name: 'every request', tracing: 'all', isExpected: (...counts) => counts.every((count) => count === REQUESTS) },
  { name: 'no request', tracing: 'off', isExpected: (contexts) => contexts === 0 },
  {
    name: 'a share of the requests',
    tracing: SHARE,
    // Five standard deviations of a binomial count.
    isExpected: (contexts, sampled) =>
      contexts === REQUESTS && Math.abs(sampled - SHARE * REQUESTS) <= 5 * Math.sqrt(REQUESTS * SHARE * (1 - SHARE)),
  },
]

function tracingCheck({ name, tracing, isExpected }: Mode): Check {
  return {
    name: `tracing of ${name}`,
    async observe(bench) {
      const { load, server } = bench
      const result = await load({ ...shortRun(bench, REQUESTS), tracing })
      const { traceparents } = await server.control.recorded()
      const contexts = traceparents.map((each) => CONTEXT.exec(each)?.groups)
      const ids = new Set(contexts.map((context) => context?.['traceId'] ?? ''))
      const sampled = contexts.filter((context) => context?.['sampled'] === '1').length
      return {
        holds: ids.size === traceparents.length && !ids.has('') && isExpected(traceparents.length, sampled),
        sent: `${formatPlural(result.requestsSent, 'request')} with tracing ${typeof tracing === 'number' ? tracing : `'${tracing}'`}`,
        counted: `${formatPlural(ids.size, 'distinct trace')}, ${sampled} sampled`,
        result,
      }
    },
  }
}

/** The default: the slowest requests are kept after they ended, with the ids that the server got. */
const slowest: Check = {
  name: 'tracing of the slowest requests',
  async observe(bench) {
    const { load, server } = bench
    const result = await load({ ...shortRun(bench, REQUESTS), request: { path: '/delayed' }, tracing: 'slowest' })
    const { traceparents } = await server.control.recorded()
    const ids = new Set(traceparents.map((each) => CONTEXT.exec(each)?.groups?.['traceId']))
    const kept = result.slowest.filter(({ because }) => because === 'slowest')
    const known = kept.filter(({ traceId }) => ids.has(traceId)).length
    // A histogram has the time to within 0.1%.
    const { maxMs = 0 } = result.responseTime
    const isSlowest = Math.abs((kept[0]?.responseMs ?? 0) - maxMs) <= 0.002 * maxMs
    return {
      holds: kept.length > 0 && known === kept.length && isSlowest,
      sent: `${formatPlural(kept.length, 'slow request')} kept of ${result.requestsSent}`,
      counted: `${known} of their trace ids`,
      result,
    }
  },
}

/** Requests carry the contexts that their tracing asks for. */
export const tracing: CheckGroup = { area: 'tracing', checks: [...MODES.map(tracingCheck), slowest] }
