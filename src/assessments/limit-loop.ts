import { availableParallelism, totalmem } from 'node:os'
import { nextTrial, searchSoFar } from '../judge/analysis/limit-search.ts'
import type { SearchEnd } from '../judge/analysis/limit-trial.ts'
import { limitsFindings, type MeasuredTrial } from '../judge/analysis/limits.ts'
import { figuresOf } from '../judge/analysis/trial-figures.ts'
import { judgeTrial } from '../judge/analysis/trial-verdict.ts'
import type { LimitSlo, LimitsFindings } from '../model/limits-findings.ts'
import type { LoadPlan } from '../model/plan.ts'
import type { LoadResult } from '../model/result.ts'
import type { Ms, Rps } from '../model/units.ts'
import { coolDown } from './cool-down.ts'
import { trialPlan } from './trial-plan.ts'

/** Planned traffic after which the search narrows no further. */
const BUDGET_MS: Ms = 60_000

export interface LimitSearch {
  readonly slo: LimitSlo
  readonly maxRps: Rps
  readonly maxConnections: number
  /** What all trials share, the target included where no scope provides it. */
  readonly plan: LoadPlan
  readonly load: (plan: LoadPlan) => Promise<LoadResult>
  readonly signal: AbortSignal
  /** Told after every trial, so that what was found survives whatever ends the search. */
  readonly onFindings: (findings: LimitsFindings) => void
}

export interface FoundLimit {
  readonly findings: LimitsFindings
  readonly measured: readonly MeasuredTrial[]
}

/** Searches the limit by real traffic, one trial after the other. */
export async function searchLimit(search: LimitSearch): Promise<FoundLimit> {
  const { slo, maxRps, maxConnections, load, onFindings } = search
  const options = { slo, maxRps, pool: maxConnections, budgetMs: BUDGET_MS }
  const measured: MeasuredTrial[] = []
  for (;;) {
    const history = measured.map(({ outcome }) => outcome)
    const trial = nextTrial(history, options)
    if (trial.purpose === 'done') return { findings: findingsOf(trial), measured }
    // oxlint-disable-next-line no-await-in-loop -- each trial depends on the one before
    const result = await load({ ...search.plan, maxConnections, ...trialPlan(trial, slo) })
    const outcome = judgeTrial(trial, figuresOf(result, slo), slo)
    measured.push({ outcome, result })
    onFindings(findingsOf(searchSoFar(measured.map((each) => each.outcome))))
    const calm = measured[0]?.result ?? result
    const plan = { ...search.plan, target: result.target.url }
    // oxlint-disable-next-line no-await-in-loop
    if (outcome.verdict !== 'pass' || trial.purpose === 'saturate') await coolDown(plan, calm, search.signal)
  }

  function findingsOf(end: SearchEnd): LimitsFindings {
    const machine = { cpus: availableParallelism(), memoryMb: totalmem() / 2 ** 20 }
    return limitsFindings({ slo, measured, end, machine })
  }
}
