import { sum } from '../../model/sum.ts'
import type { Ms, Ratio } from '../../model/units.ts'
import type { Leaning, VerdictValue } from '../../model/verdict.ts'
import { studentQuantile, studentTail } from '../verdict/statistics/student.ts'

/** A figure of one run, greater than 0, and when the run started. */
export interface RunValue {
  readonly value: number
  readonly startMs: Ms
}

export interface StoredQuestion {
  /** Highest share by which the new runs may be above the stored ones, greater than 0. */
  readonly tolerance: Ratio
  /** Confidence of each bound, above 0.5 and below 1. */
  readonly confidence: Ratio
}

/** Result of comparing new runs with stored ones. Ratios are new / stored. */
export interface StoredComparison {
  readonly verdict: Exclude<VerdictValue, 'invalid'>
  /** Only for an inconclusive verdict. */
  readonly leaning?: Leaning
  readonly ratio: number
  /** One-sided bounds of the ratio, together its interval; undefined with fewer than two runs on each side. */
  readonly bounds: readonly [low: number, high: number] | undefined
  /** p-value of the hypothesis that the true ratio is at most 1 + tolerance; 1 if nothing can be said. */
  readonly pValue: number
  /** Geometric means. */
  readonly stored: number
  readonly fresh: number
  /** Standard deviation of a run as a share of its value; undefined with fewer than two stored runs. */
  readonly scatter: Ratio | undefined
  readonly runs: number
  /** Groups of stored runs that started within an hour of each other. */
  readonly sessions: number
  /** Smallest share above the stored runs that new runs like these would prove to exceed the tolerance. */
  readonly provable: Ratio | undefined
}

/** Runs that start within this time of the previous one share the state of the machine. */
const SESSION_MS: Ms = 3_600_000
/** With this many sessions, the stored runs show how much sessions differ. */
export const ENOUGH_SESSIONS = 4
/** Lowest standard deviation between sessions that is assumed where the stored runs do not show it. */
const ASSUMED_SESSION_SCATTER: Ratio = 0.03
/** Variance between sessions that is assumed there, as a multiple of the variance of runs, if that is more. */
const SESSION_SHARE = 2
/** Runs that happen to agree are not more precise than this. */
const MIN_SCATTER: Ratio = 0.01
/** A leaning to a pass excludes a change of this many tolerances. */
const LARGE_CHANGE = 2.5

/**
 * Compares new runs with stored ones by Student's prediction interval for the difference of their mean logarithms.
 *
 *   ln ratio ± t · √(s²·(1/n + 1/m) + u²·(1/k + 1))
 *
 * Requests of a run, and runs of one session, are not independent: a busy or a warm machine affects all of them. The
 * unit is therefore the session. From `ENOUGH_SESSIONS` sessions on, s is the standard deviation of the n session
 * means, and u is 0. With fewer, s is that of the n runs, and u is an assumed standard deviation between the k
 * sessions and the new one; it is 0 if all runs belong to one session. m counts the sessions of the new runs.
 * `docs/calibration/stored-baseline.md` has the error rates.
 */
export function compareWithStored(
  stored: readonly RunValue[],
  fresh: readonly RunValue[],
  { tolerance, confidence }: StoredQuestion,
): StoredComparison {
  const sessions = sessionsOf(stored)
  const isOneSession = sessionsOf([...stored, ...fresh]).length === 1
  const units = sessions.length >= ENOUGH_SESSIONS ? sessions.map(meanLog) : stored.map(({ value }) => Math.log(value))
  const freshUnits = sessionsOf(fresh).map(meanLog)
  const [storedMean, freshMean] = [mean(units), mean(freshUnits)]
  const freedom = units.length + freshUnits.length - 2
  const difference = freshMean - storedMean
  const limit = Math.log1p(tolerance)
  const known = {
    ratio: Math.exp(difference),
    stored: Math.exp(storedMean),
    fresh: Math.exp(freshMean),
    runs: stored.length,
    sessions: sessions.length,
    scatter: units.length < 2 ? undefined : Math.sqrt(squares(units) / (units.length - 1)),
  }
  if (freedom < 1 || units.length < 2) {
    const leaning = difference > limit ? 'fail' : 'none'
    return { ...known, verdict: 'inconclusive', leaning, bounds: undefined, pValue: 1, provable: undefined }
  }
  const variance = Math.max(MIN_SCATTER ** 2, (squares(units) + squares(freshUnits)) / freedom)
  const betweenVariance = Math.max(ASSUMED_SESSION_SCATTER ** 2, SESSION_SHARE * variance)
  const between = sessions.length >= ENOUGH_SESSIONS || isOneSession ? 0 : betweenVariance * (1 / sessions.length + 1)
  const error = Math.sqrt(variance * (1 / units.length + 1 / freshUnits.length) + between)
  const margin = studentQuantile(confidence, freedom) * error
  const tail = studentTail(Math.abs(difference - limit) / error, freedom)
  const pValue = difference > limit ? tail : 1 - tail
  const figures = {
    ...known,
    bounds: [Math.exp(difference - margin), Math.exp(difference + margin)] as const,
    pValue,
    provable: Math.expm1(limit + margin),
  }
  if (difference - margin > limit) return { ...figures, verdict: 'fail' }
  if (difference + margin < limit) return { ...figures, verdict: 'pass' }
  const isSmall = difference <= limit && difference + margin < LARGE_CHANGE * limit
  return { ...figures, verdict: 'inconclusive', leaning: difference > limit ? 'fail' : isSmall ? 'pass' : 'none' }
}

/** More stored runs than this are not advised. */
const MAX_ADVISED_RUNS = 30

/**
 * Returns how many stored runs on different days would decide about one new run, if runs keep the observed scatter and
 * ratio; undefined if no reasonable number would.
 */
export function runsToDecide(
  { ratio, scatter, runs }: Pick<StoredComparison, 'ratio' | 'scatter' | 'runs'>,
  { tolerance, confidence }: StoredQuestion,
): number | undefined {
  const distance = Math.abs(Math.log(ratio) - Math.log1p(tolerance))
  const deviation = Math.max(MIN_SCATTER, scatter ?? ASSUMED_SESSION_SCATTER)
  for (let count = Math.max(ENOUGH_SESSIONS, runs + 1); count <= MAX_ADVISED_RUNS; count++) {
    if (studentQuantile(confidence, count - 1) * deviation * Math.sqrt(1 / count + 1) < distance) return count
  }
  return undefined
}

/** Groups runs by session, in order of time. */
function sessionsOf(runs: readonly RunValue[]): readonly (readonly RunValue[])[] {
  const sessions: RunValue[][] = []
  let lastMs = Number.NEGATIVE_INFINITY
  for (const run of runs.toSorted((a, b) => a.startMs - b.startMs)) {
    const session = sessions.at(-1)
    if (session !== undefined && run.startMs - lastMs <= SESSION_MS) session.push(run)
    else sessions.push([run])
    lastMs = run.startMs
  }
  return sessions
}

function meanLog(runs: readonly RunValue[]): number {
  return mean(runs.map(({ value }) => Math.log(value)))
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length
}

/** Sum of the squared deviations from the mean. */
function squares(values: readonly number[]): number {
  const middle = mean(values)
  return sum(values.map((value) => (value - middle) ** 2))
}
