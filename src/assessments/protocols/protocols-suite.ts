import type { LimitSlo } from '../../model/limits-findings.ts'
import { PROTOCOL_NAMES } from '../../protocols/index.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms, Rps } from '../../model/units.ts'
import { type SuiteEnvironment, suiteEnvironment } from '../environment.ts'
import {
  ceilingOf,
  keepVerdict,
  settleSuite,
  type SharedPlan,
  sharedPlan,
  sloOf,
  suiteHost,
  type SuiteHost,
  type SuiteContext,
} from '../suite.ts'
import { positive } from '../../model/readers.ts'
import { numberLoads } from '../load-parts.ts'
import { checkOptions } from '../suite-options.ts'
import { withStartedTargets } from '../started-targets.ts'
import { missingTarget, type SuiteTargets, targetsOf } from '../suite-targets.ts'
import { allRequests, mainProtocol, operationsOf, type SentOptions } from '../operations.ts'
import { type ProtocolRuns, protocolsConclusion, protocolsFindings, type ProtocolsSettings } from './conclusion.ts'
import { compareLatencies } from './comparison.ts'
import { cutAll } from './cuts.ts'
import { expectedLoads } from './expected-loads.ts'
import { CLIENTS, fillAll } from './full-load.ts'
import { findHighestRate } from './highest-rate.ts'
import { judgeRate, rateVerdict } from './rate-verdict.ts'
import { eachOf, type Subject } from './subject.ts'

/** Options of `protocolsSuite`. The environment (`LOAD_TARGET_…`, `LOAD_P99_MS`, …) takes precedence. */
export interface ProtocolsOptions extends SharedPlan, SentOptions {
  /** Name of the test, and of the entry in `protocol_comparison.json`; default `protocols`. */
  readonly name?: string
  /** Targets by protocol; protocols without one are skipped, and the report says so. */
  readonly targets?: SuiteTargets
  /** The service level that every protocol must hold; default p99 250 ms and 1% failed requests. */
  readonly slo?: Partial<LimitSlo>
  /** Common rate of all protocols; default 100. */
  readonly rate?: Rps
  /** Length of each phase; default 8 s. */
  readonly phaseMs?: Ms
}

/** Declares the comparison, as one load test. */
export type ProtocolsSuite = (options?: ProtocolsOptions) => void

const DEFAULT_RATE: Rps = 100
const DEFAULT_PHASE_MS: Ms = 8_000
/** Minimum duration that shows a sustained rate; `LOAD_DURATION` may set a shorter one. */
const MIN_HOLD_MS: Ms = 3_400

/** Adapts the suite to a host. The test fails when a protocol breaks the service level at the common rate. */
export function protocolsSuiteOn(host: SuiteHost): ProtocolsSuite {
  const { describeLoad, loadTest } = suiteHost(host)
  return ({ name = 'protocols', targets: given, ...options } = {}) => {
    describeLoad(name, {}, () => {
      loadTest('holds the service level over every protocol', async (context) => {
        checkOptions(options, { rate: positive, phaseMs: positive })
        const environment = suiteEnvironment(process.env)
        await withStartedTargets(targetsOf(given, environment), options, context.signal, async (targets) => {
          const { settings, subjects } = planOf(options, targets, environment)
          const conclude = (runs: readonly ProtocolRuns[]): ReturnType<typeof protocolsFindings> => {
            const findings = protocolsFindings(settings, runs)
            context.conclude('protocols', findings, name)
            return findings
          }
          const numbered = numberLoads(context, expectedLoads(subjects))
          const runs = await measure(numbered, subjects, conclude)
          settleSuite({
            matcher: 'protocolsSuite',
            code: 'ERR_LOAD_PROTOCOLS',
            ...protocolsConclusion(conclude(runs), runs),
          })
        })
      })
    })
  }
}

function planOf(
  {
    slo: givenSlo,
    rate: givenRate,
    phaseMs: givenPhaseMs,
    request,
    operations,
    ...plan
  }: Omit<ProtocolsOptions, 'name' | 'targets'>,
  targets: SuiteTargets,
  environment: SuiteEnvironment,
): { readonly settings: ProtocolsSettings; readonly subjects: readonly Subject[] } {
  const main = mainProtocol(targets)
  const slo = sloOf(givenSlo, environment)
  const maxRps = ceilingOf(plan, environment)
  const rate = Math.min(environment.rate ?? givenRate ?? DEFAULT_RATE, maxRps ?? Number.POSITIVE_INFINITY)
  const phaseMs = environment.durationMs ?? givenPhaseMs ?? DEFAULT_PHASE_MS
  const holdMs = Math.min(environment.durationMs ?? Number.POSITIVE_INFINITY, Math.max(MIN_HOLD_MS, phaseMs / 2))
  const shared = { maxConnections: CLIENTS, ...sharedPlan(plan, environment) }
  const subjects = PROTOCOL_NAMES.flatMap((protocol): Subject[] => {
    const target = targets[protocol]
    if (target === undefined) return []
    const known = operationsOf({ request, operations }, environment, protocol, protocol === main)
    const sent = allRequests(known)
    const subjectPlan = { ...shared, protocol, target, ...(sent !== undefined && { request: sent }) }
    const ceiling = maxRps === undefined ? {} : { maxRps }
    return [{ protocol, target, plan: subjectPlan, slo, rate, duration: phaseMs, holdMs, ...ceiling }]
  })
  const skipped = PROTOCOL_NAMES.flatMap((protocol) => {
    const why = missingTarget(targets, [protocol])
    return why === undefined ? [] : [{ protocol, why }]
  })
  return { settings: { slo, rate, phaseMs, skipped }, subjects }
}

/** Runs everything that compares protocols over all of them, before it continues with single protocols. */
async function measure(
  context: SuiteContext,
  subjects: readonly Subject[],
  onProtocol: (runs: readonly ProtocolRuns[]) => void,
): Promise<readonly ProtocolRuns[]> {
  const commonRuns = await eachOf(subjects, async (subject) => ({
    subject,
    common: await runCommonRate(context, subject),
  }))
  const compared = await compareLatencies(context, commonRuns)
  const filledRuns = await fillAll(context, commonRuns)
  const cuts = await cutAll(context, commonRuns)
  const runs: ProtocolRuns[] = []
  for (const { subject, common, filled } of filledRuns) {
    const highest = await findHighestRate(context, subject, filled)
    const { protocol } = subject
    runs.push({ subject, common, filled, highest, cuts: cuts.get(protocol) ?? [], compared: compared.get(protocol) })
    onProtocol(runs)
  }
  return runs
}

async function runCommonRate(
  context: SuiteContext,
  { protocol, plan, rate, duration, slo }: Subject,
): Promise<LoadResult> {
  const common = { ...plan, rate, arrivals: 'uniform', duration, warmUp: duration / 8 } as const
  const result = await context.load(common, { phase: `${protocol}, common rate` })
  keepVerdict(result, 'protocolsSuite', rateVerdict(judgeRate(result, rate, slo)))
  return result
}
