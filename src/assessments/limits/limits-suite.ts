import type { LimitSlo } from '../../model/limits-findings.ts'
import type { RequestSource } from '../../plan/load-plan.ts'
import type { Target } from '../../model/target.ts'
import type { Rps } from '../../model/units.ts'
import type { SuiteOperations } from '../operations.ts'
import { suiteEnvironment } from '../environment.ts'
import {
  ceilingOf,
  settleSuite,
  type SharedPlan,
  singleTargetPlan,
  sloOf,
  suiteHost,
  type SuiteHost,
} from '../suite.ts'
import { positive } from '../../model/readers.ts'
import { checkOptions, readLengthShare } from '../suite-options.ts'
import { limitsConclusion } from './conclusion.ts'
import { searchLimit } from './limit-loop.ts'

/** Options of `limitsSuite`. The environment (`LOAD_TARGET`, `LOAD_P99_MS`, …) takes precedence. */
export interface LimitsOptions extends SharedPlan {
  /** Where the load goes: a URL, a command to start, or a function that returns a URL. */
  readonly target?: Target
  /** What is sent: a request, a weighted list, or a function; default: the protocol's, such as `GET /`. */
  readonly request?: RequestSource
  /** Without `request`: all of these are sent, by their `weight`. */
  readonly operations?: SuiteOperations
  /** Name of the test, and of the entry in `limits_test.json`; default `limits`. */
  readonly name?: string
  /** The service level that a rate must hold; default p99 250 ms and 1% failed requests. */
  readonly slo?: Partial<LimitSlo>
  /**
   * Length of every trial relative to its default, more than 0 and at most 1; default 1. For a first look: a trial of
   * 3 s (0.25) shows an overload of 3.5% only if the p99 limit is below 100 ms, and no slow growth of a queue.
   */
  readonly lengthShare?: number
  /** The test fails when the limit is lower. */
  readonly minRps?: Rps
}

/** Declares the search for the highest rate that holds the service level, as one load test. */
export type LimitsSuite = (options?: LimitsOptions) => void

/** Ceiling of the search where none is given. */
const DEFAULT_MAX_RPS: Rps = 100_000
const DEFAULT_CONNECTIONS = 100

/**
 * Adapts the suite to a host. The test passes when a limit, or the ceiling of the search, was reached and confirmed.
 */
export function limitsSuiteOn(host: SuiteHost): LimitsSuite {
  const { describeLoad, loadTest } = suiteHost(host)
  return ({ name = 'limits', target, slo, minRps, lengthShare, ...plan } = {}) => {
    describeLoad(name, target === undefined ? {} : { target }, () => {
      loadTest('finds and confirms the highest rate within the service level', async (context) => {
        checkOptions({ minRps, lengthShare }, { minRps: positive, lengthShare: readLengthShare })
        const environment = suiteEnvironment(process.env)
        if (environment.durationMs !== undefined) {
          console.log('limits ignores LOAD_DURATION: its trials last until they have enough requests for a verdict')
        }
        const search = await searchLimit({
          slo: sloOf(slo, environment),
          maxRps: ceilingOf(plan, environment) ?? DEFAULT_MAX_RPS,
          lengthShare,
          maxConnections: plan.maxConnections ?? DEFAULT_CONNECTIONS,
          plan: singleTargetPlan(plan, environment, target),
          startLoad: context.startLoad,
          signal: context.signal,
          onFindings: (findings) => context.conclude('limits', findings, name),
        })
        context.conclude('limits', search.findings, name)
        settleSuite({
          matcher: 'limitsSuite',
          code: 'ERR_LOAD_LIMIT',
          ...limitsConclusion(search, environment.minRps ?? minRps),
        })
      })
    })
  }
}
