import { isOpen } from '../../judge/analysis/limit-trial.ts'
import type { LimitSlo } from '../../model/limits-findings.ts'
import type { RequestSource } from '../../model/plan.ts'
import type { LoadPlan } from '../../plan/load-plan.ts'
import type { Target } from '../../model/target.ts'
import type { Rps } from '../../model/units.ts'
import { bottleneckSentence, recommendationSentence } from '../../report/limits-sentences.ts'
import { type SuiteEnvironment, suiteEnvironment } from '../environment.ts'
import { type FoundLimit, searchLimit } from './limit-loop.ts'
import { verdictOnLimit } from './conclusion.ts'
import { settleSuite, type SharedPlan, sharedPlan, type SuiteHost } from '../suite.ts'

/** Options of `limitsSuite`. The environment (`LOAD_TARGET`, `LOAD_P99_MS`, …) takes precedence. */
export interface LimitsOptions extends SharedPlan {
  readonly target?: Target
  readonly request?: RequestSource
  /** Name of the test, and of the entry in `limits_test.json`; default `limits`. */
  readonly name?: string
  /** The service level that a rate must hold; default p99 250 ms and 1% failed requests. */
  readonly slo?: Partial<LimitSlo>
  /** Ceiling of the search; default 100 000 req/s. */
  readonly maxRps?: Rps
  /** The test fails when the limit is lower. */
  readonly minRps?: Rps
}

/** Declares the search for the highest rate that holds the service level, as one load test. */
export type LimitsSuite = (options?: LimitsOptions) => void

const DEFAULT_SLO: LimitSlo = { p99Ms: 250, errorRate: 0.01 }
const DEFAULT_MAX_RPS: Rps = 100_000
const DEFAULT_CONNECTIONS = 100

/**
 * Adapts the suite to a host. The test passes when a limit, or the ceiling of the search, was reached and confirmed.
 */
export function limitsSuiteOn({ describeLoad, loadTest }: SuiteHost): LimitsSuite {
  return ({ name = 'limits', slo, maxRps, minRps, ...plan } = {}) => {
    describeLoad(name, plan, () => {
      loadTest('finds and confirms the highest rate within the service level', async (context) => {
        const asked = suiteEnvironment(process.env)
        const found = await searchLimit({
          slo: sloOf(asked, slo),
          maxRps: asked.maxRps ?? maxRps ?? DEFAULT_MAX_RPS,
          maxConnections: plan.maxConnections ?? DEFAULT_CONNECTIONS,
          plan: trialsPlan(plan, asked),
          startLoad: context.startLoad,
          signal: context.signal,
          onFindings: (findings) => context.conclude('limits', findings, name),
        })
        context.conclude('limits', found.findings, name)
        settle(found, asked.minRps ?? minRps)
      })
    })
  }
}

function sloOf(asked: SuiteEnvironment, slo: Partial<LimitSlo> | undefined): LimitSlo {
  return {
    p99Ms: asked.p99Ms ?? slo?.p99Ms ?? DEFAULT_SLO.p99Ms,
    errorRate: asked.errorRate ?? slo?.errorRate ?? DEFAULT_SLO.errorRate,
  }
}

/** Keeps the target in the scope of the suite, which may have to start it, unless the environment sets another one. */
function trialsPlan({ target: _scoped, ...plan }: LimitsOptions, asked: SuiteEnvironment): LoadPlan {
  const { target, request } = asked
  return {
    ...sharedPlan(plan, asked),
    ...(target !== undefined && { target }),
    ...(request !== undefined && { request }),
  }
}

function settle({ findings, measured }: FoundLimit, minRps: Rps | undefined): void {
  const { verdict, message } = verdictOnLimit(findings, minRps)
  const deciding =
    measured.findLast(({ outcome }) => isOpen(outcome) && outcome.rate === findings.interval[0]) ?? measured.at(-1)
  const notes = findings.notes.map((note) => note.message)
  const lines = [
    ...notes,
    recommendationSentence(findings),
    bottleneckSentence(findings),
    ...findings.bottleneck.evidence,
  ]
  settleSuite({ matcher: 'limitsSuite', verdict, message, lines, result: deciding?.result, code: 'ERR_LOAD_LIMIT' })
}
