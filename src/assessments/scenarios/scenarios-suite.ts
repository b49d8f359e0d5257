import type { LoadContext } from '../../hosts/port.ts'
import { limitVerdicts } from '../../judge/verdict/service-level.ts'
import type { JudgedVerdict } from '../../judge/verdict/judged-verdict.ts'
import { sustainedRateVerdict } from '../../judge/verdict/sustained-rate.ts'
import type { Sla } from '../../model/sla.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Expectation, ScenarioFinding, ScenariosFindings } from '../../model/scenarios-findings.ts'
import type { Ms, Rps } from '../../model/units.ts'
import { scenarioLines, scenariosSentence } from '../../report/scenarios-sentences.ts'
import { reasonSentence } from '../../wording/verdict-reasons.ts'
import { type SuiteEnvironment, suiteEnvironment } from '../environment.ts'
import { scenarios as shipped } from './built-in/index.ts'
import type { Scenario } from './scenario.ts'
import {
  keepVerdict,
  missingTarget,
  settleSuite,
  type SharedPlan,
  sharedPlan,
  type SuiteHost,
  type SuiteTargets,
  targetsOf,
  leaningOfOpen,
  worstOf,
} from '../suite.ts'

/** Options of `scenariosSuite`. The environment (`LOAD_TARGET_…`, `LOAD_RATE`, …) takes precedence. */
export interface ScenariosOptions extends SharedPlan {
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

/** Allowed shortfall of a scenario's rate, as in `toSustainRps`. */
const WITHIN = 0.01

/** Adapts the suite to a host. The test passes when every expectation of every scenario is met. */
export function scenariosSuiteOn({ describeLoad, loadTest }: SuiteHost): ScenariosSuite {
  return ({ name = 'scenarios', ...options } = {}) => {
    describeLoad(name, {}, () => {
      loadTest('meets the service level in every scenario', async (context) => {
        await runAll(context, name, options, suiteEnvironment(process.env))
      })
    })
  }
}

async function runAll(
  context: LoadContext,
  name: string,
  { targets: given, sla = DEFAULT_SLA, rate, durationMs, scenarios = shipped, ...shared }: ScenariosOptions,
  asked: SuiteEnvironment,
): Promise<void> {
  const targets = targetsOf(given, asked)
  const found: ScenarioFinding[] = []
  const results: LoadResult[] = []
  const skipped: { name: string; why: string }[] = []
  const findings = (): ScenariosFindings => ({ scenarios: found, skipped })
  for (const scenario of scenarios) {
    const why = missingTarget(targets, scenario.needs)
    if (why !== undefined) {
      skipped.push({ name: scenario.name, why })
      continue
    }
    const length = asked.durationMs ?? durationMs ?? scenario.durationMs
    const scale = {
      rate: asked.rate ?? rate ?? scenario.rate,
      durationMs: length,
      share: length / scenario.durationMs,
    }
    const plan = { ...scenario.plan(scale, targets), ...sharedPlan(shared, asked) }
    const result = await context.load(plan)
    const judged = judge(result, scenario.sla ?? sla)
    for (const verdict of judged) keepVerdict(result, 'scenariosSuite', verdict)
    const verdict = worstOf(judged.map((each) => each.verdict))
    const leaning = verdict === 'inconclusive' ? leaningOfOpen(judged) : undefined
    const { name: scenarioName, about } = scenario
    found.push({
      name: scenarioName,
      about,
      verdict,
      ...(leaning !== undefined && { leaning }),
      expectations: judged.map(expectationOf),
      result: results.push(result) - 1,
    })
    context.conclude('scenarios', findings(), name)
  }
  const verdict = found.length === 0 ? 'invalid' : worstOf(found.map((each) => each.verdict))
  const leaning = verdict === 'inconclusive' ? leaningOfOpen(found) : undefined
  const deciding = found.find((each) => each.verdict === verdict && each.leaning === leaning)
  settleSuite({
    matcher: 'scenariosSuite',
    verdict,
    leaning,
    message: scenariosSentence(findings()),
    lines: scenarioLines(findings()),
    result: deciding === undefined ? undefined : results[deciding.result],
    code: 'ERR_LOAD_SCENARIO',
  })
}

/** Returns a verdict as the findings store it. If there are too few requests, the advice says how many are needed. */
export function expectationOf({
  claim: text,
  verdict,
  leaning,
  observed,
  reason,
  reasons = [],
  advice = reasons.filter(({ code }) => code === 'too-few-for-percentile').map(reasonSentence)[0],
}: JudgedVerdict): Expectation {
  return {
    text,
    verdict,
    ...(leaning !== undefined && { leaning }),
    observed,
    ...(reason !== undefined && { reason }),
    ...(advice !== undefined && { advice }),
  }
}

/** The scheduled rate must be sustained, whatever its shape. */
function judge(result: LoadResult, { rps = result.offeredRps, ...limits }: Sla): readonly JudgedVerdict[] {
  return [...limitVerdicts(result, result, limits), sustainedRateVerdict(result, result, { rps, within: WITHIN })]
}
