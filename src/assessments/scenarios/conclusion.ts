import { worstOf } from '../../model/verdict.ts'
import type { JudgedVerdict } from '../../judge/verdict/judged-verdict.ts'
import { termVerdicts } from '../../judge/verdict/service-level.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Expectation, ScenarioFinding, ScenariosFindings } from '../../model/scenarios-findings.ts'
import type { MissingOperations } from '../../model/suite-operations.ts'
import type { Sla } from '../../model/sla.ts'
import { scenarioLines, scenariosSentence } from '../../report/scenarios-sentences.ts'
import type { Conclusion } from '../suite.ts'
import type { Scenario } from './scenario.ts'

/** Judges a run: one verdict for each limit, and one for the scheduled rate of any shape. */
export function scenarioVerdicts(result: LoadResult, sla: Sla): readonly JudgedVerdict[] {
  return termVerdicts(result, result, { rps: result.offeredRps, ...sla })
}

/** Returns what the run of a scenario shows; `result` is the index of the run. */
export function scenarioFinding(
  { name, about }: Pick<Scenario, 'name' | 'about'>,
  verdicts: readonly JudgedVerdict[],
  result: number,
): ScenarioFinding {
  return { name, about, ...worstOf(verdicts), expectations: verdicts.map(expectationOf), result }
}

/** Returns the finding of a scenario that did not run, because no request is known for a part of its workload. */
export function unsentFinding(
  { name, about }: Pick<Scenario, 'name' | 'about'>,
  missing: readonly MissingOperations[],
): ScenarioFinding {
  return { name, about, verdict: 'invalid', expectations: [], missing }
}

/** The verdict of the suite is the worst of its scenarios, and refers to the run of the first one that has it. */
export function scenariosConclusion(findings: ScenariosFindings, results: readonly LoadResult[]): Conclusion {
  const { scenarios } = findings
  const { verdict, leaning } = scenarios.length === 0 ? { verdict: 'invalid' as const } : worstOf(scenarios)
  const deciding = scenarios.find((each) => each.verdict === verdict && each.leaning === leaning)
  return {
    verdict,
    leaning,
    message: scenariosSentence(findings),
    lines: scenarioLines(findings),
    result: deciding?.result === undefined ? undefined : results[deciding.result],
  }
}

/** Returns a verdict as the findings store it. */
function expectationOf({ claim: text, verdict, leaning, observed, reason, advice }: JudgedVerdict): Expectation {
  return {
    text,
    verdict,
    ...(leaning !== undefined && { leaning }),
    observed,
    ...(reason !== undefined && { reason }),
    ...(advice !== undefined && { advice }),
  }
}
