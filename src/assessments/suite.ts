import type { LoadContext } from '../hosts/port.ts'
import { recordVerdict } from '../hosts/record-book.ts'
import type { JudgedVerdict } from '../judge/verdict/judged-verdict.ts'
import { LoadVerdictError } from '../model/errors.ts'
import type { LoadPlan, OnInconclusive, ProtocolName, Target } from '../model/plan.ts'
import type { LoadResult } from '../model/result.ts'
import type { VerdictValue } from '../model/verdict.ts'
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

/** Keeps a verdict on a run of the suite, as an assertion in a test of the user's would. */
export function keepVerdict(result: LoadResult, matcher: string, verdict: JudgedVerdict): void {
  const { claim, observed, details } = verdict
  const first = verdict.verdict === 'pass' ? claim : `expected ${claim}, was ${observed}`
  recordVerdict(result, { matcher, verdict: verdict.verdict, message: [first, ...details].join('\n  ') })
}

/** What a suite came to. */
export interface SuiteOutcome {
  readonly matcher: string
  readonly verdict: VerdictValue
  /** The answer, first everywhere. */
  readonly message: string
  /** What else is said on the console. */
  readonly lines: readonly string[]
  /** The run that it hangs on. */
  readonly result: LoadResult | undefined
  /** Stable code of the error by which the test turns red. */
  readonly code: string
}

/** Says what was found, keeps the verdict, and throws when the test must be red. */
export function settleSuite({ matcher, verdict, message, lines, result, code }: SuiteOutcome): void {
  recordVerdict(result, { matcher, verdict, message })
  const all = [message, ...lines]
  console.log(all.join('\n  '))
  const onInconclusive: OnInconclusive = result?.plan.onInconclusive ?? 'fail'
  if (verdict === 'pass' || (verdict === 'inconclusive' && onInconclusive === 'warn')) return
  throw new LoadVerdictError(code, verdict, all.join('\n  '))
}
