import type { LoadContext, LoadOptions, StartOptions } from '../hosts/port.ts'
import { isOnce } from '../run/once.ts'
import { recordVerdict } from '../hosts/record-book.ts'
import { keptVerdict } from '../judge/outcome.ts'
import type { JudgedVerdict } from '../judge/verdict/judged-verdict.ts'
import { LoadVerdictError } from '../model/errors.ts'
import { protocolNameOf, type ProtocolName, targetFor } from '../protocols/index.ts'
import type { SharedKeys, WrittenPlan } from '../plan/load-plan.ts'
import { isStdio, type Target } from '../model/target.ts'
import type { LoadResult } from '../model/result.ts'
import type { LoadRun } from '../run/index.ts'
import type { Sla } from '../model/sla.ts'
import type { LimitSlo } from '../model/limits-findings.ts'
import { wrap } from '../report/page.ts'
import { cleanText } from '../model/text/clean.ts'
import type { Rps } from '../model/units.ts'
import { SUITE_SKIPPED_ONCE } from '../wording/load-test.ts'
import { isGreen, type Leaning, type SidedVerdict, type VerdictValue } from '../model/verdict.ts'
import type { SuiteEnvironment } from './environment.ts'
import { allRequests, operationsOf, type SentOptions } from './operations.ts'

/** The parts of a host that a suite needs. */
export interface SuiteHost {
  describeLoad(name: string, plan: WrittenPlan, body: () => unknown): void
  readonly loadTest: SuiteTest & { readonly skip: SuiteTest }
}

/** A test's context, whose loads take the merged plans of a suite. */
export interface SuiteContext extends Omit<LoadContext, 'load' | 'startLoad'> {
  load(plan: WrittenPlan, options?: LoadOptions): Promise<LoadResult>
  startLoad(plan: WrittenPlan, options?: StartOptions): Promise<LoadRun>
}

/** Returns a host for the suites: with `LOAD_ONCE=1`, it skips their tests, with the reason. */
export function suiteHost(host: SuiteHost): SuiteHost {
  if (!isOnce()) return host
  const skip: SuiteTest = (name, body) => host.loadTest.skip(`${name} (${SUITE_SKIPPED_ONCE})`, body)
  return { describeLoad: host.describeLoad, loadTest: Object.assign(skip, { skip: host.loadTest.skip }) }
}

type SuiteTest = (name: string, body: (context: SuiteContext) => unknown) => void

/** Plan keys that apply to every run of a suite; the suite itself sets what is sent, and at which rate. */
export type SharedPlan = SharedKeys

/**
 * Returns the rate that no run of a suite may exceed; undefined without a ceiling. `LOAD_RATE` is one, too: a user
 * who asks for 50 requests per second does not expect more, not even while the suite looks for a maximum.
 */
export function ceilingOf({ maxRps }: Pick<SharedPlan, 'maxRps'>, environment: SuiteEnvironment): Rps | undefined {
  return environment.maxRps ?? environment.rate ?? maxRps
}

/** Returns the plan keys for every run of a suite, with those of the environment. */
export function sharedPlan(plan: SharedPlan, environment: SuiteEnvironment): WrittenPlan {
  const { headers, tracing, threads, tls } = environment
  const maxRps = ceilingOf(plan, environment)
  return {
    ...plan,
    ...(maxRps !== undefined && { maxRps }),
    ...(threads !== undefined && { threads }),
    ...(headers !== undefined && { headers: { ...plan.headers, ...headers } }),
    ...(tracing !== undefined && { tracing }),
    ...(tls !== undefined && { tls: { ...plan.tls, ...tls } }),
  }
}

/**
 * Returns the plan keys for every run of a suite with one target. The target stays in the scope of the suite, which may
 * have to start it, unless the environment sets another one.
 */
export function singleTargetPlan(
  { request, operations, ...plan }: SharedPlan & Pick<WrittenPlan, 'request'> & Pick<SentOptions, 'operations'>,
  environment: SuiteEnvironment,
  ofScope: Target | undefined,
): WrittenPlan {
  const { target = ofScope } = environment
  const protocol = protocolOfTarget(target)
  const given = environment.request ?? request
  const known = given === undefined ? operationsOf({ operations }, environment, protocol, true) : {}
  const sent = given ?? allRequests(known)
  return {
    ...sharedPlan(plan, environment),
    ...(environment.target !== undefined && { target: environment.target }),
    ...(sent !== undefined && { request: sent }),
  }
}

/** Returns the protocol of a target; HTTP if only a call of the target shows it. */
function protocolOfTarget(target: Target | undefined): ProtocolName {
  if (target === undefined || typeof target === 'function') return 'http'
  if (typeof target === 'object' && isStdio(target)) return 'mcp'
  const url = typeof target === 'object' && 'url' in target ? target.url : String(target)
  const parsed = URL.parse(targetFor(url.replace('{port}', '1'), undefined))
  return (parsed === null ? undefined : protocolNameOf(parsed)) ?? 'http'
}

const DEFAULT_SLO: LimitSlo = { p99Ms: 250, errorRate: 0.01 }

/** Returns the service level that the trials of a suite must hold; default p99 250 ms and 1% failed requests. */
export function sloOf(slo: Partial<LimitSlo> | undefined, environment: SuiteEnvironment): LimitSlo {
  return {
    p99Ms: environment.p99Ms ?? slo?.p99Ms ?? DEFAULT_SLO.p99Ms,
    errorRate: environment.errorRate ?? slo?.errorRate ?? DEFAULT_SLO.errorRate,
  }
}

/**
 * Returns a service level with the limits of the environment: a latency limit from there replaces all others, because
 * it is the only one that its user asked for.
 */
export function slaFrom(sla: Sla, { p95Ms, p99Ms, errorRate = sla.errorRate }: SuiteEnvironment): Sla {
  const rest = errorRate === undefined ? {} : { errorRate }
  if (p95Ms === undefined && p99Ms === undefined) return { ...sla, ...rest }
  return { ...rest, ...(p95Ms !== undefined && { p95Ms }), ...(p99Ms !== undefined && { p99Ms }) }
}

/**
 * Returns the verdict of a step of a search. An unproven verdict counts as the side it leans to, because the next steps
 * depend on it, and the confirmed result rests on more than one step.
 */
export function leaningVerdict({ verdict, leaning = 'none' }: SidedVerdict): VerdictValue {
  return verdict === 'inconclusive' && leaning !== 'none' ? leaning : verdict
}

/** Records a verdict on a run of the suite, like an assertion in a custom test. */
export function keepVerdict(result: LoadResult, matcher: string, judged: JudgedVerdict): void {
  recordVerdict(result, { matcher, ...keptVerdict(judged, false) })
}

/** What the runs of a suite show: the verdict on its findings. */
export interface Conclusion {
  readonly verdict: VerdictValue
  /** Only for an inconclusive outcome; default `none`. */
  readonly leaning?: Leaning | undefined
  /** The conclusion, which comes first everywhere. */
  readonly message: string
  /** Further lines for the console. */
  readonly lines: readonly string[]
  /** The run that the verdict refers to. */
  readonly result: LoadResult | undefined
}

interface SuiteOutcome extends Conclusion {
  readonly matcher: string
  /** Stable code of the error that fails the test. */
  readonly code: string
}

/** Prints the outcome, records its verdict, and throws if the test must fail. */
export function settleSuite(outcome: SuiteOutcome): void {
  const { matcher, verdict, leaning = 'none', message, lines, result, code } = outcome
  recordVerdict(result, { matcher, verdict, ...(verdict === 'inconclusive' && { leaning }), message })
  const all = [message, ...lines]
  console.log(cleanText([wrap(message, 0), ...lines.map((line) => wrap(line, 2))].join('\n')))
  if (isGreen(verdict, leaning, result?.plan.onInconclusive ?? 'lean')) return
  throw new LoadVerdictError(code, verdict, `${verdict}: ${all.join('\n  ')}`)
}
