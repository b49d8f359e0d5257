import type { SuiteContext } from '../suite.ts'
import { availableParallelism, totalmem } from 'node:os'
import { nextTrial, searchSoFar } from '../../judge/analysis/limit-search.ts'
import {
  isOpenTrial,
  type MeasuredTrial,
  type SearchEnd,
  type Trial,
  type TrialOutcome,
} from '../../judge/analysis/limit-trial.ts'
import { limitsFindings } from '../../judge/analysis/limits.ts'
import { figuresOf, isLost } from '../../judge/analysis/trial-figures.ts'
import { judgeTrial } from '../../judge/analysis/trial-verdict.ts'
import type { LimitSlo, LimitsFindings } from '../../model/limits-findings.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms, Rps } from '../../model/units.ts'
import type { LoadRun } from '../../run/index.ts'
import { LoadParts } from '../load-parts.ts'
import { coolDown } from './cool-down.ts'
import { describeTrial, patienceMs, plannedMs, trialPlan } from './trial-plan.ts'

/** Planned traffic after which the search stops narrowing the interval. */
const BUDGET_MS: Ms = 60_000
/** A search rarely needs more trials. */
const USUAL_TRIALS = 14

export interface LimitSearch {
  readonly slo: LimitSlo
  readonly maxRps: Rps
  readonly maxConnections: number
  /** Length of each trial, relative to its default. */
  readonly lengthShare?: number | undefined
  /** The plan that all trials share, including the target if no scope provides it. */
  readonly plan: WrittenPlan
  readonly startLoad: SuiteContext['startLoad']
  readonly signal: AbortSignal
  /** Called after every trial with the findings of a search that is interrupted now. */
  readonly onFindings: (findings: LimitsFindings) => void
}

export interface FoundLimit {
  readonly findings: LimitsFindings
  readonly measured: readonly MeasuredTrial[]
}

/** Searches the limit with real traffic, one trial after the other. */
export async function searchLimit(search: LimitSearch): Promise<FoundLimit> {
  const { slo, maxRps, maxConnections, lengthShare = 1, startLoad, onFindings } = search
  const options = { slo, maxRps, pool: maxConnections, budgetMs: BUDGET_MS }
  const measured: MeasuredTrial[] = []
  const parts = new LoadParts({ of: USUAL_TRIALS, totalMs: lengthShare * BUDGET_MS })
  for (;;) {
    const history = measured.map(({ outcome }) => outcome)
    const trial = nextTrial(history, options)
    if (trial.purpose === 'done') return { findings: findingsOf(trial), measured }
    const plan = { ...search.plan, maxConnections, ...seedOf(measured), ...trialPlan(trial, slo, lengthShare) }
    const part = parts.next(lengthShare * plannedMs(trial))
    const run = await startLoad(plan, { phase: describeTrial(trial), part })
    const result = await untilLost(trial, slo, run)
    const outcome = judgeTrial(trial, figuresOf(result, slo, measured[0]?.outcome.serviceMs), slo)
    measured.push({ outcome, result })
    onFindings(findingsOf(interruptedNow([...history, outcome])))
    const calm = measured[0]?.result ?? result
    const shared = { ...search.plan, ...seedOf(measured), requestTimeout: patienceMs(slo) }
    if (outcome.verdict !== 'pass' || trial.purpose === 'saturate') {
      const whenGone = `the target stopped responding after ${describeTrial(trial)}`
      await coolDown({ plan: shared, startLoad, calm, signal: search.signal, whenGone })
    }
  }

  function interruptedNow(history: readonly TrialOutcome[]): SearchEnd {
    const soFar = searchSoFar(history, options)
    return soFar.ended === 'budget' ? { ...soFar, ended: 'interrupted' } : soFar
  }

  function findingsOf(end: SearchEnd): LimitsFindings {
    const machine = { cpus: availableParallelism(), memoryMb: totalmem() / 2 ** 20 }
    return limitsFindings({ slo, measured, end, machine })
  }
}

/** Uses the seed drawn for the first trial for all of them, so that one number repeats the whole search. */
function seedOf([first]: readonly MeasuredTrial[]): Pick<WrittenPlan, 'seed'> {
  return first === undefined ? {} : { seed: first.result.seed }
}

/** Stops a trial early, after a second in which most requests were late or got no response. */
async function untilLost(trial: Trial, slo: LimitSlo, run: LoadRun): Promise<LoadResult> {
  if (!isOpenTrial(trial) || trial.purpose === 'step') return run.result
  for await (const interval of run) {
    if (isLost(interval, slo))
      await run.stop(`most requests of a second took longer than ${slo.p99Ms} ms, or got no response`)
  }
  return run.result
}
