import { capacityBounds, rateToRepeat } from '../../judge/analysis/capacity-bounds.ts'
import type { UslPoint } from '../../judge/analysis/usl.ts'
import { SATURATED } from '../../judge/verdict/validity.ts'
import type { CapacityPhase } from '../../model/capacity-findings.ts'
import type { Ms, Rps } from '../../model/units.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import { formatPlural, formatRate } from '../../wording/figures.ts'
import { LoadParts } from '../load-parts.ts'
import { keepVerdict, type SuiteContext } from '../suite.ts'
import {
  type CapacityMeasurements,
  type CapacitySettings,
  openRun,
  type OpenRun,
  rateOf,
  rateVerdicts,
  slaOf,
} from './conclusion.ts'

/** Numbers of clients in the closed model, for the scalability law and for the throughput of a saturated target. */
const CLIENTS = [1, 2, 4, 8, 16, 32, 64] as const
/** Share of a phase's length for each number of clients. */
const CLOSED_SHARE = 0.2
/** Phases, and the runs that usually bracket the limit. */
const USUAL_OPEN_RUNS = 5 + 2
/** Rates to try, relative to the throughput of a saturated target, as the search of `limits` does. */
const HOLD_SHARES = [0.975, 0.95, 0.9, 0.8, 0.65, 0.5, 0.25] as const
const REFUTE_SHARE = 1.035
/** Share of the ceiling of the rate from which clients wait for it. */
const AT_CEILING = 0.9
/** Warm-up before the first phase, as a share of its length. */
const WARM_UP_SHARE = 0.25
const MAX_WARM_UP_MS: Ms = 5_000
/** Stops at this multiple of the peak. */
const ENOUGH = 1.25

interface CapacityRunsOptions {
  readonly context: SuiteContext
  readonly settings: CapacitySettings
  /** The plan that all runs share, without the target if a scope provides it. */
  readonly plan: WrittenPlan
  /** Called after every phase, so that the findings survive an aborted suite. */
  readonly onPhase: (measured: CapacityMeasurements) => void
}

/** Runs the traffic of the suite, one run after the other. */
export class CapacityRuns implements CapacityMeasurements {
  readonly runs: OpenRun[] = []
  readonly phases: CapacityPhase[] = []
  readonly points: UslPoint[] = []
  readonly #context: SuiteContext
  readonly #settings: CapacitySettings
  readonly #plan: WrittenPlan
  readonly #onPhase: CapacityRunsOptions['onPhase']
  readonly #parts: LoadParts
  #isAtCeiling = false

  constructor({ context, settings, plan, onPhase }: CapacityRunsOptions) {
    this.#context = context
    this.#settings = settings
    this.#plan = plan
    this.#onPhase = onPhase
    this.#parts = new LoadParts({
      of: USUAL_OPEN_RUNS + CLIENTS.length,
      totalMs: USUAL_OPEN_RUNS * settings.phaseMs + CLIENTS.length * 1.25 * closedMs(settings),
    })
  }

  async measure(): Promise<CapacityMeasurements> {
    await this.#runPhases()
    await this.#repeat()
    await this.#runClosed()
    await this.#bracket()
    await this.#repeat()
    return this
  }

  async #runPhases(): Promise<void> {
    const { expectedUsers, peakUsers } = this.#settings
    const phases = [
      ['baseline', expectedUsers],
      ['1.2 × baseline', 1.2 * expectedUsers],
      ['1.5 × baseline', 1.5 * expectedUsers],
      ['peak', peakUsers],
      ['0.8 × peak', 0.8 * peakUsers],
    ] as const
    for (const [name, users] of phases) {
      if (rateOf(users, this.#settings) > this.#settings.maxRps) continue
      const { rate, judged, result } = await this.#runOpen(rateOf(users, this.#settings), name)
      const { achievedRps, errorRate, responseTime } = result
      const p95Ms = responseTime.p95Ms ?? null
      const index = this.runs.length - 1
      this.phases.push({ name, users, rate, ...judged, achievedRps, p95Ms, errorRate, result: index })
      this.#onPhase(this)
    }
  }

  /**
   * Runs clients that never pause: the fit needs a controlled number of clients, which an open-model run does not have.
   */
  async #runClosed(): Promise<void> {
    const { maxRps } = this.#settings
    const duration = closedMs(this.#settings)
    for (const clients of CLIENTS) {
      const plan = { ...this.#plan, concurrency: clients, maxConnections: clients, duration, warmUp: duration / 4 }
      const part = this.#parts.next(1.25 * duration)
      const run = await this.#context.startLoad(plan, { record: false, phase: formatPlural(clients, 'client'), part })
      const { throughputRps, generator } = await run.result
      // More clients would show the limit of the generator, not that of the target.
      if (this.points.length > 0 && generator.eventLoopUtilization > SATURATED) return
      // From here on, clients wait for the ceiling of the rate, so their throughput shows nothing about the target.
      if (throughputRps >= AT_CEILING * maxRps) {
        this.#isAtCeiling = true
        return
      }
      this.points.push({ clients, rps: throughputRps })
    }
  }

  /** Confirms a rate slightly below the throughput of a saturated target, and refutes one slightly above it. */
  async #bracket(): Promise<void> {
    const { maxRps, peakUsers } = this.#settings
    const saturatedRps = this.#isAtCeiling ? maxRps : Math.max(...this.points.map(({ rps }) => rps))
    const enough = Math.min(maxRps, ENOUGH * rateOf(peakUsers, this.#settings))
    for (const share of this.#isAtCeiling ? [1, ...HOLD_SHARES] : HOLD_SHARES) {
      const rate = Math.min(share * saturatedRps, enough)
      const { low, lowestMissedRps } = capacityBounds(this.runs)
      if (rate <= (low?.rate ?? 0) || rate >= lowestMissedRps) continue
      const { verdict } = await this.#runOpen(rate)
      if (verdict === 'pass') break
    }
    const refuted = REFUTE_SHARE * saturatedRps
    const { topMetRps, high } = capacityBounds(this.runs)
    if (refuted < enough && refuted > topMetRps && refuted < (high?.rate ?? Number.POSITIVE_INFINITY)) {
      await this.#runOpen(refuted)
    }
  }

  /** Measures a second time each rate whose run was invalid, or contradicts that of a higher rate. */
  async #repeat(): Promise<void> {
    for (let rate = rateToRepeat(this.runs); rate !== undefined; rate = rateToRepeat(this.runs)) {
      await this.#runOpen(rate)
    }
  }

  async #runOpen(rate: Rps, phase: string = formatRate(rate)): Promise<OpenRun> {
    const { sla, phaseMs } = this.#settings
    const result = await this.#context.load(
      {
        ...this.#plan,
        rate,
        duration: phaseMs,
        // The first requests meet a cold target.
        ...(this.runs.length === 0 && { warmUp: Math.min(MAX_WARM_UP_MS, WARM_UP_SHARE * phaseMs) }),
        requestTimeout: Math.max(1_000, 4 * sla.p95Ms, 4 * (sla.p99Ms ?? 0)),
        sla: slaOf(sla),
        judge: false,
      },
      { phase, part: this.#parts.next(phaseMs) },
    )
    const verdicts = rateVerdicts(result, rate, sla)
    for (const verdict of verdicts) keepVerdict(result, 'capacitySuite', verdict)
    const run = openRun(result, rate, verdicts)
    this.runs.push(run)
    return run
  }
}

/** Returns the length of a run with clients that never pause; its warm-up takes a quarter of that in addition. */
function closedMs({ phaseMs }: CapacitySettings): Ms {
  return Math.min(phaseMs, Math.max(600, CLOSED_SHARE * phaseMs))
}
