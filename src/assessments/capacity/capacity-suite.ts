import type { CapacitySla } from '../../model/capacity-findings.ts'
import type { RequestSource } from '../../plan/load-plan.ts'
import type { Target } from '../../model/target.ts'
import type { Ms } from '../../model/units.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import type { SuiteOperations } from '../operations.ts'
import { type SuiteEnvironment, suiteEnvironment } from '../environment.ts'
import { ceilingOf, settleSuite, type SharedPlan, singleTargetPlan, suiteHost, type SuiteHost } from '../suite.ts'
import { positive } from '../../model/readers.ts'
import { checkOptions } from '../suite-options.ts'
import { CapacityRuns } from './capacity-runs.ts'
import { capacityConclusion, capacityFindings, type CapacitySettings } from './conclusion.ts'

/** Options of `capacitySuite`. The environment (`LOAD_TARGET`, `LOAD_USERS`, …) takes precedence. */
export interface CapacityOptions extends SharedPlan {
  /** Name of the test, and of the entry in `capacity_planning.json`; default `capacity`. */
  readonly name?: string
  /** Where the load goes: a URL, a command to start, or a function that returns a URL. */
  readonly target?: Target
  /** What is sent: a request, a weighted list, or a function; default: the protocol's, such as `GET /`. */
  readonly request?: RequestSource
  /** Without `request`: all of these are sent, by their `weight`. */
  readonly operations?: SuiteOperations
  /** Expected users; default 1 000. */
  readonly users?: number
  /** Requests per minute from each user; default 30. */
  readonly requestsPerUserMinute?: number
  /** Users on the busiest day; default twice the expected users. */
  readonly peakUsers?: number
  /** The service level that each phase must hold; default 99% successes and p95 500 ms. */
  readonly sla?: Partial<CapacitySla>
  /**
   * Length of each phase, including those that confirm the highest sustained rate and the lowest rate that is not
   * sustained; default 10 s.
   */
  readonly phaseMs?: Ms
}

/** Declares the assessment, as one load test. */
export type CapacitySuite = (options?: CapacityOptions) => void

const DEFAULTS = { users: 1_000, requestsPerUserMinute: 30, phaseMs: 10_000 }
const OPTIONS = { users: positive, requestsPerUserMinute: positive, peakUsers: positive, phaseMs: positive }
const DEFAULT_SLA: CapacitySla = { successRate: 0.99, p95Ms: 500 }

/** Adapts the suite to a host. The test fails when the target serves fewer than the expected users. */
export function capacitySuiteOn(host: SuiteHost): CapacitySuite {
  const { describeLoad, loadTest } = suiteHost(host)
  return ({ name = 'capacity', target, ...options } = {}) => {
    describeLoad(name, target === undefined ? {} : { target }, () => {
      loadTest('serves the expected users', async (context) => {
        checkOptions(options, OPTIONS)
        const { settings, plan } = planOf({ ...options, target }, suiteEnvironment(process.env))
        const runs = new CapacityRuns({
          context,
          settings,
          plan,
          onPhase: (measured) => context.conclude('capacity', capacityFindings(settings, measured), name),
        })
        const measured = await runs.measure()
        const findings = capacityFindings(settings, measured)
        context.conclude('capacity', findings, name)
        settleSuite({
          matcher: 'capacitySuite',
          code: 'ERR_LOAD_CAPACITY',
          ...capacityConclusion(findings, measured),
        })
      })
    })
  }
}

/** Peak users from the options belong to the users from the options, not to those from the environment. */
export function planOf(
  {
    users,
    requestsPerUserMinute,
    peakUsers,
    sla,
    phaseMs,
    target,
    ...shared
  }: Omit<CapacityOptions, 'name' | 'target'> & {
    readonly target?: Target | undefined
  },
  environment: SuiteEnvironment,
): { readonly settings: CapacitySettings; readonly plan: WrittenPlan } {
  const { p95Ms, p99Ms, errorRate } = environment
  const expectedUsers = environment.users ?? users ?? DEFAULTS.users
  const settings: CapacitySettings = {
    sla: {
      ...DEFAULT_SLA,
      ...sla,
      ...(p95Ms !== undefined && { p95Ms }),
      ...(p99Ms !== undefined && { p99Ms }),
      ...(errorRate !== undefined && { successRate: 1 - errorRate }),
    },
    expectedUsers,
    peakUsers: environment.peakUsers ?? (environment.users === undefined ? peakUsers : undefined) ?? 2 * expectedUsers,
    requestsPerUserMinute: environment.requestsPerUserMinute ?? requestsPerUserMinute ?? DEFAULTS.requestsPerUserMinute,
    phaseMs: environment.durationMs ?? phaseMs ?? DEFAULTS.phaseMs,
    maxRps: ceilingOf(shared, environment) ?? Number.POSITIVE_INFINITY,
  }
  return { settings, plan: singleTargetPlan(shared, environment, target) }
}
