import type { LoadContext } from '../../hosts/port.ts'
import { capacityBounds, type RateTrial, rateToRepeat } from '../../judge/analysis/capacity-bounds.ts'
import { sizingOf } from '../../judge/analysis/sizing.ts'
import { fitUsl, type UslPoint } from '../../judge/analysis/usl.ts'
import { MIN_PROOF_MS } from '../../judge/verdict/proof.ts'
import { limitVerdicts } from '../../judge/verdict/service-level.ts'
import { sustainedRateVerdict } from '../../judge/verdict/sustained-rate.ts'
import type { CapacityFindings, CapacityPhase, CapacitySla } from '../../model/capacity-findings.ts'
import type { RequestSource } from '../../model/plan.ts'
import type { LoadPlan } from '../../plan/load-plan.ts'
import type { Sla } from '../../model/sla.ts'
import type { Target } from '../../model/target.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms, Rps } from '../../model/units.ts'
import type { UnknownValue } from '../../model/unknown-value.ts'
import type { VerdictValue } from '../../model/verdict.ts'
import { capacityLines, capacitySentence } from '../../report/capacity-sentences.ts'
import { type SuiteEnvironment, suiteEnvironment } from '../environment.ts'
import {
  keepVerdict,
  leaningVerdict,
  settleSuite,
  type SharedPlan,
  sharedPlan,
  type SuiteHost,
  worstOf,
} from '../suite.ts'

/** Options of `capacitySuite`. The environment (`LOAD_TARGET`, `LOAD_USERS`, …) takes precedence. */
export interface CapacityOptions extends SharedPlan {
  /** Name of the test, and of the entry in `capacity_planning.json`; default `capacity`. */
  readonly name?: string
  readonly target?: Target
  readonly request?: RequestSource
  /** Expected users; default 1 000. */
  readonly users?: number
  /** Requests per user and minute; default 30. */
  readonly requestsPerUserMinute?: number
  /** Users on the busiest day; default twice the expected users. */
  readonly peakUsers?: number
  /** Default 99% successes and p95 500 ms. */
  readonly sla?: Partial<CapacitySla>
  /**
   * Length of each phase, including those that confirm the highest rate held and the lowest rate not held; default 10
   * s.
   */
  readonly phaseMs?: Ms
}

/** Declares the assessment, as one load test. */
export type CapacitySuite = (options?: CapacityOptions) => void

const DEFAULTS = { users: 1_000, requestsPerUserMinute: 30, phaseMs: 10_000 }
const DEFAULT_SLA: CapacitySla = { successRate: 0.99, p95Ms: 500 }

/** Numbers of clients in the closed model, for the scalability law and for the throughput of a saturated target. */
const CLIENTS = [1, 2, 4, 8, 16, 32, 64] as const
/** Share of a phase's length for each number of clients. */
const CLOSED_SHARE = 0.2
/** Rates to try, relative to the throughput of a saturated target, as the search of `limits` does. */
const HOLD_SHARES = [0.975, 0.95, 0.9, 0.8, 0.65, 0.5, 0.25] as const
const REFUTE_SHARE = 1.035
/** Stops at this multiple of the peak. */
const ENOUGH = 1.25
const WITHIN = 0.01

/** Adapts the suite to a host. The test fails when the target serves fewer than the expected users. */
export function capacitySuiteOn({ describeLoad, loadTest }: SuiteHost): CapacitySuite {
  return ({ name = 'capacity', target, ...options } = {}) => {
    describeLoad(name, target === undefined ? {} : { target }, () => {
      loadTest('serves the expected users', (context) =>
        new Assessment(context, name, options, suiteEnvironment(process.env)).run(),
      )
    })
  }
}

/** An open-model phase and its verdict. */
interface OpenPhase extends RateTrial {
  readonly result: LoadResult
  readonly proven: boolean
}

class Assessment {
  readonly #context: LoadContext
  readonly #name: string
  readonly #sla: CapacitySla
  readonly #users: number
  readonly #peakUsers: number
  readonly #perUserMinute: number
  readonly #phaseMs: Ms
  readonly #plan: LoadPlan
  readonly #results: LoadResult[] = []
  readonly #phases: CapacityPhase[] = []
  readonly #points: UslPoint[] = []
  readonly #trials: OpenPhase[] = []

  constructor(context: LoadContext, name: string, options: Omit<CapacityOptions, 'target'>, asked: SuiteEnvironment) {
    const { users, requestsPerUserMinute, peakUsers, sla, phaseMs, request, ...shared } = options
    this.#context = context
    this.#name = name
    this.#sla = { ...DEFAULT_SLA, ...sla }
    this.#users = asked.users ?? users ?? DEFAULTS.users
    this.#peakUsers = asked.peakUsers ?? (asked.users === undefined ? peakUsers : undefined) ?? 2 * this.#users
    this.#perUserMinute = asked.requestsPerUserMinute ?? requestsPerUserMinute ?? DEFAULTS.requestsPerUserMinute
    this.#phaseMs = asked.durationMs ?? phaseMs ?? DEFAULTS.phaseMs
    const sent = asked.request ?? request
    this.#plan = {
      ...sharedPlan(shared, asked),
      ...(asked.target !== undefined && { target: asked.target }),
      ...(sent !== undefined && { request: sent }),
    }
  }

  async run(): Promise<void> {
    await this.#runPhases()
    await this.#repeat()
    await this.#runClosed()
    await this.#bracket()
    await this.#repeat()
    const { low, high } = capacityBounds(this.#trials)
    const findings = this.#conclude()
    const found = verdictOn(findings)
    const proven = found === 'pass' ? low?.proven : high?.proven
    const leans = (found === 'pass' || found === 'fail') && proven !== true
    settleSuite({
      matcher: 'capacitySuite',
      verdict: leans ? 'inconclusive' : found,
      ...(leans && { leaning: found }),
      message: capacitySentence(findings),
      lines: capacityLines(findings),
      result: low?.result ?? this.#results.at(-1),
      code: 'ERR_LOAD_CAPACITY',
    })
  }

  async #runPhases(): Promise<void> {
    const phases = [
      ['baseline', this.#users],
      ['1.2 × baseline', 1.2 * this.#users],
      ['1.5 × baseline', 1.5 * this.#users],
      ['peak', this.#peakUsers],
      ['0.8 × peak', 0.8 * this.#peakUsers],
    ] as const
    for (const [name, users] of phases) {
      const rate = this.#rateOf(users)
      const phase = await this.#open(rate)
      const { result, verdict } = phase
      const { achievedRps, errorRate, responseTime } = result
      const p95Ms = 'p95Ms' in responseTime ? responseTime.p95Ms : null
      const index = this.#results.length - 1
      this.#phases.push({ name, users, rate, verdict, achievedRps, p95Ms, errorRate, result: index })
      this.#conclude()
    }
  }

  /**
   * Runs clients that never pause: the fit needs a controlled number of clients, which an open-model run does not have.
   */
  async #runClosed(): Promise<void> {
    const duration = Math.max(600, CLOSED_SHARE * this.#phaseMs)
    for (const clients of CLIENTS) {
      const plan = { ...this.#plan, concurrency: clients, maxConnections: clients, duration, warmUp: duration / 4 }
      const run = await this.#context.startLoad(plan, { record: false })
      const result = await run.result
      this.#points.push({ clients, rps: result.throughputRps })
    }
  }

  /** Confirms a rate slightly below the throughput of a saturated target, and refutes one slightly above it. */
  async #bracket(): Promise<void> {
    const full = Math.max(...this.#points.map(({ rps }) => rps))
    const enough = ENOUGH * this.#rateOf(this.#peakUsers)
    for (const share of HOLD_SHARES) {
      const rate = Math.min(share * full, enough)
      const { low, lowestMissedRps } = capacityBounds(this.#trials)
      if (rate <= (low?.rate ?? 0) || rate >= lowestMissedRps) continue
      const { verdict } = await this.#open(rate)
      if (verdict === 'pass') break
    }
    const refuted = REFUTE_SHARE * full
    const { topMetRps, high } = capacityBounds(this.#trials)
    if (refuted < enough && refuted > topMetRps && refuted < (high?.rate ?? Number.POSITIVE_INFINITY)) {
      await this.#open(refuted)
    }
  }

  /** Measures a second time each rate whose run was invalid, or contradicts that of a higher rate. */
  async #repeat(): Promise<void> {
    for (let rate = rateToRepeat(this.#trials); rate !== undefined; rate = rateToRepeat(this.#trials)) {
      await this.#open(rate)
    }
  }

  async #open(rate: Rps): Promise<OpenPhase> {
    const { p95Ms, successRate } = this.#sla
    const sla: Sla = { p95Ms, errorRate: Number((1 - successRate).toPrecision(12)) }
    const requestTimeout = Math.max(1_000, 4 * p95Ms)
    const result = await this.#context.load({
      ...this.#plan,
      rate,
      duration: this.#phaseMs,
      requestTimeout,
      sla,
      judge: false,
    })
    this.#results.push(result)
    const verdicts = [
      ...limitVerdicts(result, result, sla),
      sustainedRateVerdict(result, result, { rps: rate, within: WITHIN }),
    ]
    for (const verdict of verdicts) keepVerdict(result, 'capacitySuite', verdict)
    const verdict = worstOf(verdicts.map(leaningVerdict))
    const phase = { rate, result, verdict, proven: verdict === worstOf(verdicts.map((each) => each.verdict)) }
    this.#trials.push(phase)
    return phase
  }

  #conclude(): CapacityFindings {
    const { low, high, disagreeingRps } = capacityBounds(this.#trials)
    const carriedRps = low?.rate ?? null
    const maxUsers = carriedRps === null ? null : Math.floor(this.#usersAt(carriedRps))
    const usl = fitUsl(this.#points)
    const findings: CapacityFindings = {
      sla: this.#sla,
      expectedUsers: this.#users,
      peakUsers: this.#peakUsers,
      requestsPerUserMinute: this.#perUserMinute,
      maxUsers,
      usersInterval: [maxUsers, high === undefined ? null : Math.ceil(this.#usersAt(high.rate))],
      recommendedUsers: maxUsers === null ? null : Math.floor(maxUsers / 2),
      scalingFactor: maxUsers === null || maxUsers === 0 ? null : this.#peakUsers / maxUsers,
      phases: [...this.#phases],
      ...(disagreeingRps.length > 0 && {
        disagreeingUsers: disagreeingRps.map((rate) => Math.round(this.#usersAt(rate))),
      }),
      usl: typeof usl === 'string' ? null : usl,
      uslWhy: typeof usl === 'string' ? usl : null,
      sizing: sizingOf({
        carriedRps,
        peakRps: this.#rateOf(this.#peakUsers),
        at: low?.result ?? (this.#results[0] as LoadResult),
        all: this.#results,
      }),
      ...(maxUsers === null && high === undefined && { unknown: unknownUsers(this.#phases, this.#phaseMs) }),
    }
    this.#context.conclude('capacity', findings, this.#name)
    return findings
  }

  #rateOf(users: number): Rps {
    return (users * this.#perUserMinute) / 60
  }

  #usersAt(rate: Rps): number {
    return (rate * 60) / this.#perUserMinute
  }
}

/** Returns why no phase showed or refuted a number of users. */
function unknownUsers(phases: readonly CapacityPhase[], phaseMs: Ms): readonly UnknownValue[] {
  const [lowest] = phases.toSorted((a, b) => a.rate - b.rate)
  if (lowest === undefined) return []
  const { rate, verdict } = lowest
  const value = 'users'
  if (verdict === 'inconclusive' && phaseMs < MIN_PROOF_MS) {
    return [{ value, reason: { code: 'too-short', lengthMs: phaseMs, requiredMs: MIN_PROOF_MS } }]
  }
  return [{ value, reason: { code: 'not-shown', rps: rate, evidence: `its verdict was ${verdict}` } }]
}

/** Returns `fail` if the target serves fewer users than expected, `inconclusive` if neither was shown. */
function verdictOn({ maxUsers, expectedUsers, usersInterval: [, high] }: CapacityFindings): VerdictValue {
  if (maxUsers !== null && maxUsers >= expectedUsers) return 'pass'
  return high !== null && high <= expectedUsers ? 'fail' : 'inconclusive'
}
