import type { PlanIssue } from '../../model/errors.ts'
import type { ArrivalPattern } from '../../model/pattern.ts'
import type { Ms, Rps } from '../../model/units.ts'
import { countSlack } from './count-slack.ts'
import { formatNumber } from '../../wording/figures.ts'
import type { PlanCurve } from './pattern-kind.ts'

/** Number of times at which the formulas of a custom pattern are evaluated. */
const PROBES = 1_000

/** Number of intervals in which the highest rate is searched for, and the length at which the search in one ends. */
const INTERVALS = 4_096
const NARROWEST_MS = 0.1

/** Returns whether `pattern` is a custom pattern rather than the data of a built-in one. */
export function isCustomPattern(pattern: object): pattern is ArrivalPattern {
  return 'rateAt' in pattern || 'expectedBy' in pattern
}

/**
 * Returns the violations of the `ArrivalPattern` contract that evaluating a custom pattern at 1 000 times can find. The
 * most important is a rate and a count that do not match, which usually means a mistake in the units.
 */
export function customPatternIssues(pattern: Readonly<Record<string, unknown>>, key: string): PlanIssue[] {
  const issues: PlanIssue[] = []
  const { durationMs } = pattern
  for (const formula of ['rateAt', 'expectedBy'] as const) {
    const value = pattern[formula]
    if (typeof value === 'function') continue
    issues.push({ key: `${key}.${formula}`, value, rule: 'must be a function of the time in ms' })
  }
  if (typeof durationMs !== 'number' || !(durationMs > 0) || !Number.isFinite(durationMs)) {
    issues.push({ key: `${key}.durationMs`, value: durationMs, rule: 'must be a number of ms greater than 0' })
  }
  return issues.length === 0 ? formulaIssues(pattern as unknown as ArrivalPattern, key) : issues
}

function formulaIssues(pattern: ArrivalPattern, key: string): PlanIssue[] {
  const widthMs = pattern.durationMs / PROBES
  const start = pattern.expectedBy(0)
  if (!(Math.abs(start) <= countSlack(0))) {
    return [{ key: `${key}.expectedBy`, value: start, rule: 'must be 0 at the start' }]
  }
  let before = start
  let area = 0
  for (let i = 0; i < PROBES; i++) {
    const rate = pattern.rateAt((i + 0.5) * widthMs)
    if (!(rate >= 0 && rate < Number.POSITIVE_INFINITY)) {
      const rule = `must return a rate of 0 or more at every time (it did not at ${(i + 0.5) * widthMs} ms)`
      return [{ key: `${key}.rateAt`, value: rate, rule }]
    }
    const count = pattern.expectedBy((i + 1) * widthMs)
    if (!(count >= before - countSlack(before) && count < Number.POSITIVE_INFINITY)) {
      const rule = `must never decrease (it fell from ${before} by ${(i + 1) * widthMs} ms)`
      return [{ key: `${key}.expectedBy`, value: count, rule }]
    }
    before = count
    area += (rate * widthMs) / 1_000
  }
  // Only large differences count: a steep curve may vary between the probes, but confusing seconds with ms gives a
  // factor of 1 000.
  if (area > 0 && (before > 100 * area || before < area / 100)) {
    const remedy = `rateAt is in requests per second, times are in ms: the integral of rateAt is about ${formatNumber(area)}`
    return [{ key: `${key}.expectedBy`, value: before, rule: 'must be the integral of rateAt', remedy }]
  }
  const inverseMs = pattern.timeOf?.(before / 2)
  if (inverseMs !== undefined && !(Math.abs(pattern.expectedBy(inverseMs) - before / 2) <= 1e-3)) {
    const rule = `must return the time at which expectedBy reaches ${before / 2}`
    return [{ key: `${key}.timeOf`, value: inverseMs, rule, remedy: 'timeOf is optional' }]
  }
  return []
}

/** Returns the curve of a custom pattern without issues. */
export function customCurve(pattern: ArrivalPattern): PlanCurve {
  const { name, durationMs, phases } = pattern
  return {
    name: typeof name === 'string' && name !== '' ? name : 'custom',
    durationMs,
    meanRps: meanBetween(pattern, 0, durationMs),
    peakRps: peakOf(pattern),
    // Called on the original object, so that they can use private fields.
    rateAt: (tMs) => pattern.rateAt(tMs),
    expectedBy: (tMs) => pattern.expectedBy(tMs),
    ...(pattern.timeOf && { timeOf: (expected: number) => pattern.timeOf?.(expected) ?? durationMs }),
    ...(phases && { phases }),
  }
}

/**
 * Searches for the highest rate; the result can be slightly low for a narrow peak. The search takes the highest rate at
 * the ends of many intervals. If the mean rate of an interval, which Λ gives exactly, is higher than that, the interval
 * contains a hidden peak. The search then halves the interval repeatedly and follows the half with more arrivals.
 */
function peakOf(pattern: ArrivalPattern): Rps {
  const widthMs = pattern.durationMs / INTERVALS
  let peak = pattern.rateAt(0)
  for (let i = 1; i <= INTERVALS; i++) peak = Math.max(peak, pattern.rateAt(i * widthMs))
  for (let i = 0; i < INTERVALS; i++) {
    let startMs = i * widthMs
    let endMs = startMs + widthMs
    while (endMs - startMs > NARROWEST_MS && meanBetween(pattern, startMs, endMs) > peak) {
      const middleMs = (startMs + endMs) / 2
      peak = Math.max(peak, pattern.rateAt(middleMs))
      if (meanBetween(pattern, startMs, middleMs) > meanBetween(pattern, middleMs, endMs)) endMs = middleMs
      else startMs = middleMs
    }
  }
  return peak
}

function meanBetween(pattern: ArrivalPattern, startMs: Ms, endMs: Ms): Rps {
  return (1_000 * (pattern.expectedBy(endMs) - pattern.expectedBy(startMs))) / (endMs - startMs)
}
