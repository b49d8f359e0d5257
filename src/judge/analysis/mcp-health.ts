import type { McpHealth, StressDegradation, StressPhase } from '../../model/mcp-stress-findings.ts'
import type { Recovery } from '../../model/limits-findings.ts'
import type { PhaseFigures } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Ms, Ratio } from '../../model/units.ts'
import { sum } from '../../model/sum.ts'
import { recoveryFinding } from './recovery.ts'

/** Phases of a stress run in order. The health does not depend on the `warm-up` phase. */
export const STRESS_PHASES = [
  { name: 'warm-up', rate: 10 },
  { name: 'baseline', rate: 50 },
  { name: 'moderate', rate: 100 },
  { name: 'high', rate: 200 },
  { name: 'stress', rate: 500 },
  { name: 'recovery', rate: 50 },
] as const

type PhaseName = (typeof STRESS_PHASES)[number]['name']

/** Maximum share of requests that fail in a healthy phase. */
export const MAX_FAILED_RATIO = 0.01
/** Maximum p95 of a healthy phase, as a multiple of the baseline's p95. */
const HEALTHY_P95 = 2
/** Minimum increase of p95 that counts: at a baseline of half a millisecond, a factor of two is noise. */
const LEAST_P95_MS: Ms = 5

export interface StressJudgement {
  readonly health: McpHealth
  readonly phases: readonly StressPhase[]
  readonly degradation: StressDegradation
  readonly handlesStress: boolean
  readonly recovery: Recovery
}

/**
 * Judges a run through the phases of `STRESS_PHASES`. A phase is healthy if at most 1% of its requests failed and its
 * p95 is at most max(2 × baseline, baseline + 5 ms).
 */
export function stressJudgement(result: LoadResult, index: number): StressJudgement {
  const { baseline, stress } = result.phases
  const phases = STRESS_PHASES.map(({ name, rate }) => ({
    name,
    rate: result.phases[name] === undefined ? rate : plannedRps(result.phases[name]),
    healthy: isHealthy(result.phases[name], baseline),
    result: index,
  }))
  const healthy = (name: PhaseName): boolean => phases.find((phase) => phase.name === name)?.healthy === true
  const recovery = recoveryFrom(result, healthy('baseline'), healthy('recovery'))
  const calm = (['baseline', 'moderate', 'high', 'recovery'] as const).every(healthy)
  return {
    health: calm ? (healthy('stress') ? 'excellent' : 'good') : recovery.recovered === true ? 'fair' : 'poor',
    phases,
    degradation: degradation(baseline, stress),
    handlesStress: healthy('stress'),
    recovery,
  }
}

function plannedRps({ requestsScheduled, startMs, endMs }: PhaseFigures): number {
  return Math.round((1_000 * requestsScheduled) / Math.max(1, endMs - startMs))
}

function isHealthy(phase: PhaseFigures | undefined, baseline: PhaseFigures | undefined): boolean | null {
  if (phase === undefined || baseline === undefined || phase.requestsScheduled === 0) return null
  if (phase.errorRate > MAX_FAILED_RATIO) return false
  const [limitMs, now] = [healthyP95(baseline), p95Of(phase)]
  return limitMs === null || now === null ? null : now <= limitMs
}

/** Returns the highest p95 of a healthy phase; null if the baseline has none. */
function healthyP95(baseline: PhaseFigures): Ms | null {
  const before = p95Of(baseline)
  return before === null ? null : Math.max(HEALTHY_P95 * before, before + LEAST_P95_MS)
}

function degradation(baseline: PhaseFigures | undefined, stress: PhaseFigures | undefined): StressDegradation {
  if (baseline === undefined || stress === undefined) {
    return { throughputLoss: null, successRateDrop: null, p99Growth: null }
  }
  const [before, after] = [baseline.responseTime, stress.responseTime]
  return {
    throughputLoss: Math.max(0, share(baseline) - share(stress)),
    successRateDrop: Math.max(0, baseline.successRate - stress.successRate),
    p99Growth:
      before.p99Ms !== undefined && after.p99Ms !== undefined && before.p99Ms > 0 ? after.p99Ms / before.p99Ms : null,
  }
}

/** Share of the offered load that succeeded within the phase. */
function share({ offeredRps, achievedRps }: PhaseFigures): number {
  return offeredRps > 0 ? Math.min(1, achievedRps / offeredRps) : 0
}

/**
 * Returns when the server was healthy again after the stress phase, by the limits of a healthy phase. Nothing can be
 * compared with a baseline that was not healthy itself. If the phase after stress is too short for a course over time,
 * its health as a whole decides.
 */
function recoveryFrom(result: LoadResult, baselineHealthy: boolean, recoveryHealthy: boolean): Recovery {
  const { baseline, recovery } = result.phases
  const limitMs = baseline === undefined ? null : healthyP95(baseline)
  if (recovery === undefined || baseline === undefined || limitMs === null || !baselineHealthy) return NOT_MEASURED
  const course = recoveryFinding(result, { recovery, baseline, limitMs })
  if (course.recovered === null) return recoveryHealthy ? { recovered: true, recoverMs: null } : NOT_MEASURED
  if (course.recoverMs === null) return course
  // The windows of the course are too short to exclude what a healthy phase excludes.
  const { startMs, endMs, batches } = recovery
  const lastMs = LATEST_RECOVERY * (endMs - startMs)
  let atMs = course.recoverMs
  do {
    if (failedShareAfter(atMs, recovery) <= MAX_FAILED_RATIO) return { ...course, recoverMs: atMs }
    atMs += batches.lengthMs
  } while (atMs <= lastMs)
  return { ...course, recovered: false, recoverMs: null }
}

/** Share of the recovery phase after which too few requests are left to show that the server is healthy. */
const LATEST_RECOVERY: Ratio = 0.75

const NOT_MEASURED: Recovery = { recovered: null, recoverMs: null }

/** Share of the requests of a phase that failed later than `afterMs` into it. */
function failedShareAfter(afterMs: Ms, { startMs, batches }: PhaseFigures): number {
  const first = Math.max(0, Math.ceil((startMs + afterMs - batches.startMs) / batches.lengthMs))
  const failed = sum(batches.errors.slice(first)) + sum(batches.dropped.slice(first))
  return failed / Math.max(1, failed + sum(batches.successes.slice(first)))
}

function p95Of({ responseTime }: PhaseFigures): Ms | null {
  return responseTime.p95Ms ?? null
}
