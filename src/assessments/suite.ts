import type { LoadContext } from '../hosts/port.ts'
import { recordVerdict } from '../hosts/record-book.ts'
import { isGreen, judge } from '../judge/outcome.ts'
import type { JudgedVerdict } from '../judge/verdict/judged-verdict.ts'
import { worstLeaning } from '../judge/verdict/service-level.ts'
import { LoadVerdictError } from '../model/errors.ts'
import type { LoadPlan, ProtocolName, Target } from '../model/plan.ts'
import type { LoadResult } from '../model/result.ts'
import type { Leaning, VerdictValue } from '../model/verdict.ts'
import type { SuiteEnvironment } from './environment.ts'

/** As much of a host as a suite needs. */
export interface SuiteHost {
  describeLoad(name: string, plan: LoadPlan, body: () => unknown): void
  readonly loadTest: SuiteTest & { readonly skip: SuiteTest }
}

type SuiteTest = (name: string, body: (context: LoadContext) => unknown) => void

/** Plan keys that hold for every run of a suite; what is sent, and how much of it, is what the suite is about. */
export type SharedPlan = Pick<
  LoadPlan,
  | 'headers'
  | 'connection'
  | 'maxConnections'
  | 'tls'
  | 'monitor'
  | 'allowHosts'
  | 'seed'
  | 'threads'
  | 'tracing'
  | 'onInconclusive'
>

/** Where a suite that speaks several protocols finds each of them. */
export type SuiteTargets = Readonly<Partial<Record<ProtocolName, Target>>>

/** The targets of a suite: as soon as the environment names any, none of those it was given are loaded. */
export function targetsOf(given: SuiteTargets | undefined, asked: SuiteEnvironment): SuiteTargets {
  return asked.targets ?? given ?? {}
}

/** Why a part of a suite is left out; undefined where it has all that it needs. */
export function missingTarget(targets: SuiteTargets, needed: readonly ProtocolName[]): string | undefined {
  const missing = needed.filter((protocol) => targets[protocol] === undefined)
  if (missing.length === 0) return undefined
  const variables = missing.map((protocol) => `LOAD_TARGET_${protocol.toUpperCase()}`)
  return `no target for ${missing.join(', ')}: set ${variables.join(', ')}`
}

/** What the environment says of every run of a suite. */
export function sharedPlan(given: SharedPlan, { headers, tracing, threads }: SuiteEnvironment): LoadPlan {
  return {
    ...given,
    ...(threads !== undefined && { threads }),
    ...(headers !== undefined && { headers: { ...given.headers, ...headers } }),
    ...(tracing !== undefined && { tracing }),
  }
}

const ORDER = ['fail', 'invalid', 'inconclusive', 'pass'] as const satisfies readonly VerdictValue[]

/** Of several, the one that decides: one that fails breaks all, one that cannot be judged leaves all open. */
export function worstOf(verdicts: readonly VerdictValue[]): VerdictValue {
  return ORDER.find((value) => verdicts.includes(value)) ?? 'pass'
}

/** Of several verdicts, the worst leaning of the inconclusive ones; undefined where there are none. */
export function leaningOfOpen(verdicts: readonly Judged[]): Leaning | undefined {
  const open = verdicts.filter(({ verdict }) => verdict === 'inconclusive')
  return open.length === 0 ? undefined : worstLeaning(open)
}

type Judged = Pick<JudgedVerdict, 'verdict' | 'leaning'>

/**
 * The verdict of a step of a search: what is not proven counts as the side it leans to, because the next steps depend on
 * it, and the confirmed result rests on more than one step.
 */
export function leaningVerdict({ verdict, leaning = 'none' }: Judged): VerdictValue {
  return verdict === 'inconclusive' && leaning !== 'none' ? leaning : verdict
}

/** Records a verdict on a run of the suite, as an assertion in a user's test would. */
export function keepVerdict(result: LoadResult, matcher: string, judged: JudgedVerdict): void {
  const { verdict, leaning, reasons } = judged
  recordVerdict(result, {
    matcher,
    verdict,
    ...(leaning !== undefined && { leaning }),
    ...(reasons !== undefined && { reasons }),
    message: judge(judged, false, result.plan.onInconclusive).message(),
  })
}

/** What a suite came to. */
export interface SuiteOutcome {
  readonly matcher: string
  readonly verdict: VerdictValue
  /** Of an inconclusive outcome; `none` when absent. */
  readonly leaning?: Leaning | undefined
  /** The answer, first everywhere. */
  readonly message: string
  /** What else is said on the console. */
  readonly lines: readonly string[]
  /** The run that it hangs on. */
  readonly result: LoadResult | undefined
  /** Stable code of the error by which the test turns red. */
  readonly code: string
}

/** Prints the outcome, records its verdict, and throws when the test must be red. */
export function settleSuite(outcome: SuiteOutcome): void {
  const { matcher, verdict, leaning = 'none', message, lines, result, code } = outcome
  recordVerdict(result, { matcher, verdict, ...(verdict === 'inconclusive' && { leaning }), message })
  const all = [message, ...lines]
  console.log(all.join('\n  '))
  if (isGreen(verdict, leaning, result?.plan.onInconclusive ?? 'lean')) return
  throw new LoadVerdictError(code, verdict, all.join('\n  '))
}
