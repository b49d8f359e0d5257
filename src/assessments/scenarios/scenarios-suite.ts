import type { LoadResult } from '../../model/result.ts'
import type { ScenarioFinding, ScenariosFindings } from '../../model/scenarios-findings.ts'
import type { Sla } from '../../model/sla.ts'
import { sum } from '../../model/sum.ts'
import type { Ms, Rps } from '../../model/units.ts'
import { type SuiteEnvironment, suiteEnvironment } from '../environment.ts'
import {
  ceilingOf,
  keepVerdict,
  settleSuite,
  type SharedPlan,
  sharedPlan,
  slaFrom,
  suiteHost,
  type SuiteHost,
  type SuiteContext,
} from '../suite.ts'
import { positive } from '../../model/readers.ts'
import { checkOptions } from '../suite-options.ts'
import { LoadParts } from '../load-parts.ts'
import { withStartedTargets } from '../started-targets.ts'
import { missingTarget, type SuiteTargets, targetsOf } from '../suite-targets.ts'
import { scenarios as builtIn } from './built-in/index.ts'
import { PROTOCOL_NAMES } from '../../protocols/index.ts'
import { mainProtocol, operationsOf, type SentOptions } from '../operations.ts'
import { scenarioFinding, scenariosConclusion, scenarioVerdicts, unsentFinding } from './conclusion.ts'
import { type PlannedWork, plannedWork } from './planned-work.ts'
import type { Scenario } from './scenario.ts'

/** Options of `scenariosSuite`. The environment (`LOAD_TARGET_…`, `LOAD_RATE`, …) takes precedence. */
export interface ScenariosOptions extends SharedPlan, SentOptions {
  /** Name of the test, and of the entry in `scenario_results.json`; default `scenarios`. */
  readonly name?: string
  /** Targets by protocol; scenarios that need another protocol are skipped, and the report says so. */
  readonly targets?: SuiteTargets
  /** Service level of every scenario; default p95 500 ms and 1% failed requests. */
  readonly sla?: Sla
  /** Replaces the rate of each scenario (base, peak or mean, depending on its pattern). */
  readonly rate?: Rps
  /** Replaces the length of each scenario; its bursts and periods keep their share of it. */
  readonly durationMs?: Ms
  /** Replaces the seven built-in scenarios: `[...scenarios, mine]` adds one. */
  readonly scenarios?: readonly Scenario[]
}

/** Declares the scenarios, as one load test. */
export type ScenariosSuite = (options?: ScenariosOptions) => void

const DEFAULT_SLA: Sla = { p95Ms: 500, errorRate: 0.01 }

/** Adapts the suite to a host. The test passes when every expectation of every scenario is met. */
export function scenariosSuiteOn(host: SuiteHost): ScenariosSuite {
  const { describeLoad, loadTest } = suiteHost(host)
  return ({ name = 'scenarios', targets: given, ...options } = {}) => {
    describeLoad(name, {}, () => {
      loadTest('meets the service level in every scenario', async (context) => {
        checkOptions(options, { rate: positive, durationMs: positive })
        const environment = suiteEnvironment(process.env)
        await withStartedTargets(targetsOf(given, environment), options, context.signal, async (targets) => {
          const { runs, skipped } = planOf(options, targets, environment)
          const conclude = (scenarios: readonly ScenarioFinding[]): ScenariosFindings => {
            const findings = { scenarios, skipped }
            context.conclude('scenarios', findings, name)
            return findings
          }
          const { findings, results } = await measure(context, runs, conclude)
          settleSuite({
            matcher: 'scenariosSuite',
            code: 'ERR_LOAD_SCENARIO',
            ...scenariosConclusion(conclude(findings), results),
          })
        })
      })
    })
  }
}

interface ScenarioRun {
  readonly scenario: Scenario
  /** The plan, or the operations that it misses. */
  readonly sent: PlannedWork
  readonly sla: Sla
  readonly lengthMs: Ms
}

interface ScenariosPlan extends Pick<ScenariosFindings, 'skipped'> {
  readonly runs: readonly ScenarioRun[]
}

function planOf(
  {
    sla = DEFAULT_SLA,
    rate,
    durationMs,
    scenarios = builtIn,
    request,
    operations,
    ...shared
  }: Omit<ScenariosOptions, 'name' | 'targets'>,
  targets: SuiteTargets,
  environment: SuiteEnvironment,
): ScenariosPlan {
  const main = mainProtocol(targets)
  const known = Object.fromEntries(
    PROTOCOL_NAMES.filter((name) => targets[name] !== undefined).map((name) => [
      name,
      operationsOf({ request, operations }, environment, name, name === main),
    ]),
  )
  const runs = scenarios
    .filter(({ needs }) => missingTarget(targets, needs) === undefined)
    .map((scenario) => {
      const length = environment.durationMs ?? durationMs ?? scenario.durationMs
      const ceiling = ceilingOf(shared, environment) ?? Number.POSITIVE_INFINITY
      const scale = {
        rate: Math.min(environment.rate ?? rate ?? scenario.rate, ceiling / (scenario.peak ?? 1)),
        durationMs: length,
        share: length / scenario.durationMs,
      }
      const plan = Object.assign({}, scenario.plan(scale, targets), sharedPlan(shared, environment))
      const sent = plannedWork(plan, { protocol: scenario.needs[0] ?? main, targets, known })
      return { scenario, sent, sla: slaFrom(scenario.sla ?? sla, environment), lengthMs: length }
    })
  const skipped = scenarios.flatMap(({ name, needs }) => {
    const why = missingTarget(targets, needs)
    return why === undefined ? [] : [{ name, why }]
  })
  return { runs, skipped }
}

/** Runs the scenarios one after the other, because each would disturb the others. */
async function measure(
  context: SuiteContext,
  runs: readonly ScenarioRun[],
  onFindings: (findings: readonly ScenarioFinding[]) => void,
): Promise<{ readonly findings: readonly ScenarioFinding[]; readonly results: readonly LoadResult[] }> {
  const findings: ScenarioFinding[] = []
  const results: LoadResult[] = []
  const sending = runs.filter(({ sent }) => !('missing' in sent))
  const parts = new LoadParts({ of: sending.length, totalMs: sum(sending.map((run) => run.lengthMs)), isExact: true })
  for (const { scenario, sent, sla, lengthMs } of runs) {
    if ('missing' in sent) {
      findings.push(unsentFinding(scenario, sent.missing))
      onFindings([...findings])
      continue
    }
    const result = await context.load(sent.plan, { phase: scenario.name, part: parts.next(lengthMs) })
    const verdicts = scenarioVerdicts(result, sla)
    for (const verdict of verdicts) keepVerdict(result, 'scenariosSuite', verdict)
    findings.push(scenarioFinding(scenario, verdicts, results.push(result) - 1))
    onFindings([...findings])
  }
  return { findings, results }
}
