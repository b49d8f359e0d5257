import { capacityBounds, type RateTrial } from '../../judge/analysis/capacity-bounds.ts'
import { sizingOf } from '../../judge/analysis/sizing.ts'
import { fitUsl, type UslPoint } from '../../judge/analysis/usl.ts'
import type { JudgedVerdict } from '../../judge/verdict/judged-verdict.ts'
import { MIN_PROOF_MS } from '../../judge/verdict/proof.ts'
import { termVerdicts } from '../../judge/verdict/service-level.ts'
import type { CapacityFindings, CapacityPhase, CapacitySla } from '../../model/capacity-findings.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Sla } from '../../model/sla.ts'
import type { Ms, Rps } from '../../model/units.ts'
import type { UnknownValue } from '../../model/unknown-value.ts'
import { type SidedVerdict, type VerdictValue, worstOf, worstVerdict } from '../../model/verdict.ts'
import { capacityLines, capacitySentence } from '../../report/capacity-sentences.ts'
import { type Conclusion, leaningVerdict } from '../suite.ts'
import { noUslFit } from '../../wording/usl.ts'

/** The question of the suite: which load is expected, and what counts as served. */
export interface CapacitySettings {
  readonly sla: CapacitySla
  readonly expectedUsers: number
  readonly peakUsers: number
  readonly requestsPerUserMinute: number
  readonly phaseMs: Ms
  /** The rate that no run exceeds; Infinity without a ceiling. */
  readonly maxRps: Rps
}

/** A run at a constant rate in the open model. Its `verdict`, which guides the search, may be unproven. */
export interface OpenRun extends RateTrial {
  readonly result: LoadResult
  /** What the run proves, for the reports. */
  readonly judged: SidedVerdict
}

export interface CapacityMeasurements {
  /** Every open-model run, in order of execution; a phase refers to its run by index. */
  readonly runs: readonly OpenRun[]
  readonly phases: readonly CapacityPhase[]
  /** Throughput at each number of clients in the closed model. */
  readonly points: readonly UslPoint[]
}

/** Returns the limits of one run; its rate must be sustained as well. */
export function slaOf({ successRate, p95Ms, p99Ms }: CapacitySla): Sla {
  return { p95Ms, ...(p99Ms !== undefined && { p99Ms }), errorRate: Number((1 - successRate).toPrecision(12)) }
}

/** Judges a run at a constant rate: one verdict for each limit, and one for the rate. */
export function rateVerdicts(result: LoadResult, rate: Rps, sla: CapacitySla): readonly JudgedVerdict[] {
  return termVerdicts(result, result, { ...slaOf(sla), rps: rate })
}

export function openRun(result: LoadResult, rate: Rps, verdicts: readonly JudgedVerdict[]): OpenRun {
  return { rate, result, verdict: worstVerdict(verdicts.map(leaningVerdict)), judged: worstOf(verdicts) }
}

function isProven({ verdict, judged }: OpenRun): boolean {
  return verdict === judged.verdict
}

export function rateOf(users: number, { requestsPerUserMinute }: CapacitySettings): Rps {
  return (users * requestsPerUserMinute) / 60
}

/** Returns what the runs so far show. */
export function capacityFindings(
  settings: CapacitySettings,
  { runs, phases, points }: CapacityMeasurements,
): CapacityFindings {
  const { sla, expectedUsers, peakUsers, requestsPerUserMinute, phaseMs, maxRps } = settings
  const usersAt = (rate: Rps): number => (rate * 60) / requestsPerUserMinute
  const { low, high, disagreeingRps } = capacityBounds(runs)
  const maxUsers = low === undefined ? null : Math.floor(usersAt(low.rate))
  const missedUsers = high === undefined ? null : Math.ceil(usersAt(high.rate))
  const unprovenUsers = [
    ...(low === undefined || maxUsers === null || isProven(low) ? [] : [maxUsers]),
    ...(high === undefined || missedUsers === null || isProven(high) ? [] : [missedUsers]),
  ]
  const usl = fitUsl(points)
  return {
    sla,
    expectedUsers,
    peakUsers,
    requestsPerUserMinute,
    maxUsers,
    usersInterval: [maxUsers, missedUsers],
    recommendedUsers: maxUsers === null ? null : Math.floor(maxUsers / 2),
    scalingFactor: maxUsers === null || maxUsers === 0 ? null : peakUsers / maxUsers,
    phases: phases.map((phase) => decided(phase, runs, usersAt)),
    ...(maxRps < rateOf(peakUsers, settings) && { ceiling: { rps: maxRps, users: Math.floor(usersAt(maxRps)) } }),
    ...(disagreeingRps.length > 0 && { disagreeingUsers: disagreeingRps.map((rate) => Math.round(usersAt(rate))) }),
    ...(unprovenUsers.length > 0 && { unprovenUsers }),
    usl: 'code' in usl ? null : usl,
    uslWhy: 'code' in usl ? noUslFit(usl) : null,
    sizing: sizingOf({
      carriedRps: low?.rate ?? null,
      peakRps: rateOf(peakUsers, settings),
      at: low?.result,
      all: runs.map(({ result }) => result),
    }),
    ...(low === undefined && high === undefined && { unknown: unknownUsers(phases, phaseMs) }),
  }
}

/**
 * Returns a phase whose own run proved nothing with the verdict that another run shows: a target that holds a rate
 * holds all lower ones, and one that misses it misses all higher ones. An unproven run decides only a phase whose own
 * run leans to no side, and only its leaning. The phase remains as it is if runs disagree.
 */
function decided(phase: CapacityPhase, runs: readonly OpenRun[], usersAt: (rate: Rps) => number): CapacityPhase {
  const { leaning = 'none', ...rest } = phase
  if (phase.verdict === 'pass' || phase.verdict === 'fail') return phase
  const others = leaning === 'none' ? runs : []
  const deciding = decidingRun(phase.rate, runs.filter(isProven)) ?? decidingRun(phase.rate, others)
  if (deciding === undefined) return phase
  const shown: SidedVerdict = isProven(deciding)
    ? { verdict: deciding.verdict }
    : { verdict: 'inconclusive', leaning: deciding.verdict === 'pass' ? 'pass' : 'fail' }
  return { ...rest, ...shown, decidedByUsers: Math.round(usersAt(deciding.rate)) }
}

/** Returns the run that decides a rate: a met one at this or a higher rate, or a missed one at this or a lower rate. */
function decidingRun(rate: Rps, runs: readonly OpenRun[]): OpenRun | undefined {
  const ascending = runs.toSorted((a, b) => a.rate - b.rate)
  const met = ascending.findLast((run) => run.verdict === 'pass' && run.rate >= rate)
  const missed = ascending.find((run) => run.verdict === 'fail' && run.rate <= rate)
  return met === undefined || missed === undefined ? (met ?? missed) : undefined
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
  return [{ value, reason: { code: 'not-shown', rps: rate, verdict } }]
}

/**
 * The verdict is inconclusive, with a leaning, if the run that decides it proved nothing. It refers to that run; if no
 * run decides, to the highest rate held, or else to the last run.
 */
export function capacityConclusion(findings: CapacityFindings, { runs }: CapacityMeasurements): Conclusion {
  const { low, high } = capacityBounds(runs)
  const shown = verdictOn(findings)
  const deciding = { pass: low, fail: high, inconclusive: undefined, invalid: undefined }[shown]
  const leans = (shown === 'pass' || shown === 'fail') && deciding !== undefined && !isProven(deciding)
  return {
    verdict: leans ? 'inconclusive' : shown,
    ...(leans && { leaning: shown }),
    message: capacitySentence(findings),
    lines: capacityLines(findings),
    result: (deciding ?? low ?? runs.at(-1))?.result,
  }
}

/** Returns `fail` if the target serves fewer users than expected, `inconclusive` if neither was shown. */
function verdictOn({ maxUsers, expectedUsers, usersInterval: [, high] }: CapacityFindings): VerdictValue {
  if (maxUsers !== null && maxUsers >= expectedUsers) return 'pass'
  return high !== null && high <= expectedUsers ? 'fail' : 'inconclusive'
}
