import { formatValued, judge, keptVerdict } from '../../judge/outcome.ts'
import { toMeetSla } from '../../judge/matchers/to-meet-sla.ts'
import { describeDoubts, describeDrops, describeLoad, evidenceOfErrors } from '../../judge/verdict/evidence.ts'
import { LoadPlanError, LoadVerdictError, type PlanIssue } from '../../model/errors.ts'
import { cleanText } from '../../model/text/clean.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Sla } from '../../model/sla.ts'
import type { TlsOptions } from '../../model/target.ts'
import { parseDuration } from '../../model/units.ts'
import type { VerdictValue } from '../../model/verdict.ts'
import type { LoadPlan, WrittenPlan } from '../../plan/load-plan.ts'
import { protocolNameOf } from '../../protocols/index.ts'
import { isOnce } from '../../run/once.ts'
import type { Values } from '../environment/variables.ts'
import { formatCount, formatDuration, formatPlural, formatRate } from '../../wording/figures.ts'
import { summary } from '../../report/result-summary.ts'
import { formatOnce } from '../../wording/load-test.ts'
import { recordVerdict } from '../record-book.ts'
import type { AskedRun } from './arguments.ts'
import type { CommandHost } from './host.ts'

/** What `run` does without `-r` and `-d`. */
const DEFAULTS = { rate: 10, durationMs: 10_000 }

/** Returns the plan that the flags and the variables describe. Throws `LoadPlanError` for an invalid option. */
export function planOfRun(values: Values, options: AskedRun['options'], tls: TlsOptions | undefined): WrittenPlan {
  const issues: PlanIssue[] = []
  const whole = (name: 'connections' | 'concurrency'): number | undefined => {
    const text = options[name]
    const value = text === undefined ? undefined : Number(text)
    if (value === undefined || (Number.isInteger(value) && value > 0)) return value
    issues.push({ key: `--${name}`, value: text, rule: 'must be a whole number greater than 0' })
    return undefined
  }
  const [maxConnections, concurrency] = [whole('connections'), whole('concurrency')]
  const warmUp = options['warm-up']
  const warmUpMs =
    warmUp === undefined ? undefined : /^[\d.]+$/.test(warmUp) ? 1_000 * Number(warmUp) : parseDuration(warmUp)
  if (warmUp !== undefined && warmUpMs === undefined) {
    issues.push({ key: '--warm-up', value: warmUp, rule: "must be seconds as a number, or a duration such as '5s'" })
  }
  const { LOAD_TARGET: target, LOAD_REQUEST: request, LOAD_HEADERS: headers, LOAD_THREADS: threads } = values
  const isHttp = typeof target === 'string' && protocolNameOf(new URL(target)) === 'http'
  if (isHttp && isMessage(request)) {
    const rule = 'needs a URL that starts with ws:, wss:, tcp: or tls:'
    issues.push({ key: '--data', value: target, rule, remedy: 'use --body for HTTP' })
  }
  if (issues.length > 0) throw new LoadPlanError(issues)
  const sla = slaOf(values)
  return {
    ...(target !== undefined && { target }),
    ...(isToolCall(request) && { protocol: 'mcp' }),
    ...(concurrency === undefined ? { rate: values.LOAD_RATE ?? DEFAULTS.rate } : { concurrency }),
    ...(values.LOAD_MAX_RPS !== undefined && { maxRps: values.LOAD_MAX_RPS }),
    duration: values.LOAD_DURATION ?? DEFAULTS.durationMs,
    ...(request !== undefined && { request }),
    ...(headers !== undefined && { headers }),
    ...(threads !== undefined && { threads }),
    ...(values.LOAD_TRACE !== undefined && { tracing: values.LOAD_TRACE }),
    ...(maxConnections !== undefined && { maxConnections }),
    ...(warmUpMs !== undefined && { warmUp: warmUpMs }),
    // The plan names the patterns, and suggests the nearest name.
    ...(options.pattern !== undefined && { pattern: options.pattern as NonNullable<WrittenPlan['pattern']> }),
    ...(tls !== undefined && { tls }),
    ...(Object.keys(sla).length > 0 && { sla }),
    // The command judges the result itself.
    judge: false,
  }
}

/** Example: `50 req/s for 30 s`, `20 in flight for 10 s`, `each request once`. */
export function describePlan({ rate, concurrency, pattern, duration }: WrittenPlan): string {
  if (isOnce()) return 'each request once'
  const load = concurrency === undefined ? formatRate(rate ?? DEFAULTS.rate) : `${formatCount(concurrency)} in flight`
  const shape = typeof pattern === 'string' ? `${pattern} ` : ''
  return `${shape}${load} for ${formatDuration(Number(duration ?? DEFAULTS.durationMs))}`
}

function slaOf({ LOAD_P95_MS: p95Ms, LOAD_P99_MS: p99Ms, LOAD_ERROR_RATE: errorRate }: Values): Sla {
  return {
    ...(p95Ms !== undefined && { p95Ms }),
    ...(p99Ms !== undefined && { p99Ms }),
    ...(errorRate !== undefined && { errorRate }),
  }
}

function isMessage(request: unknown): boolean {
  return typeof request === 'object' && request !== null && 'data' in request
}

function isToolCall(request: unknown): boolean {
  return typeof request === 'object' && request !== null && 'tool' in request
}

/**
 * Declares the load of `run`. Its test fails if the service level is broken; without one, if most requests failed.
 * `print` gets the figures and the verdict, `onResult` the result.
 */
export function declareRun(
  host: CommandHost,
  plan: WrittenPlan,
  print: (text: string) => void,
  onResult: (result: LoadResult) => unknown,
): void {
  host.describeLoad('run', {}, () => {
    host.loadTest('run', async ({ load }) => {
      // The load validates the plan, whose types do not know the protocol of its URL.
      const result = await load(plan as LoadPlan)
      onResult(result)
      print(summary(result))
      if (result.plan.once === true) requireAnswers(result, print)
      else if (plan.sla === undefined) requireSuccess(result, print)
      else requireServiceLevel(result, print)
    })
  })
}

function requireServiceLevel(result: LoadResult, print: (text: string) => void): void {
  const judged = toMeetSla(result)
  const { pass, message } = judge(judged, false, result.plan.onInconclusive)
  const { verdict } = judged
  recordVerdict(result, { matcher: 'toMeetSla', ...keptVerdict(judged, false) })
  print(cleanText(formatValued(judged, linesInSummary(result, verdict))))
  if (!pass) throw new LoadVerdictError('ERR_LOAD_SERVICE_LEVEL', verdict, message())
}

/** Lines of a verdict that repeat the figures printed above it. */
function linesInSummary(result: LoadResult, verdict: VerdictValue): ReadonlySet<string> {
  return new Set([
    describeLoad(result, result),
    ...describeDoubts(result, verdict),
    ...evidenceOfErrors(result),
    ...describeDrops(result, result),
  ])
}

/** Throws if one of the requests that were sent once failed. */
function requireAnswers({ errors, dropped, requestsScheduled }: LoadResult, print: (text: string) => void): void {
  const failed = errors + dropped
  if (failed === 0) return print(formatOnce(1))
  print(`fail: ${formatCount(failed)} of ${formatPlural(requestsScheduled, 'request')} failed`)
  throw new LoadVerdictError('ERR_LOAD_ONCE', 'fail', 'a request failed')
}

/** Throws if most requests failed: nothing else judges a run without a service level. */
function requireSuccess({ errors, dropped, requestsScheduled }: LoadResult, print: (text: string) => void): void {
  const failed = errors + dropped
  if (failed <= requestsScheduled / 2) return
  print(`fail: ${formatCount(failed)} of ${formatPlural(requestsScheduled, 'request')} failed`)
  throw new LoadVerdictError('ERR_LOAD_FAILED', 'fail', 'most requests failed')
}
