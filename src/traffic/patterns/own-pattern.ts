import type { PlanFault } from '../../model/errors.ts'
import type { ArrivalPattern } from '../../model/pattern.ts'
import { countSlack } from './count-slack.ts'

/** Instants at which the formulas of a user's own pattern are tried out. */
const PROBES = 1_000

/** Whether this is a pattern of the user's own rather than the data of a shipped one. */
export function isOwnPattern(pattern: object): pattern is ArrivalPattern {
  return 'rateAt' in pattern || 'expectedBy' in pattern
}

/**
 * What a user's own pattern does not keep of the `ArrivalPattern` contract, as far as trying it out at 1 000 instants
 * can tell: above all a rate and a count that do not belong together, which is mostly a mistake of units.
 */
export function ownPatternFaults(pattern: Readonly<Record<string, unknown>>, key: string): PlanFault[] {
  const faults: PlanFault[] = []
  const { durationMs } = pattern
  for (const formula of ['rateAt', 'expectedBy'] as const) {
    const value = pattern[formula]
    if (typeof value === 'function') continue
    faults.push({ key: `${key}.${formula}`, value, rule: 'must be a function of the time in ms' })
  }
  if (typeof durationMs !== 'number' || !(durationMs > 0) || !Number.isFinite(durationMs)) {
    faults.push({ key: `${key}.durationMs`, value: durationMs, rule: 'must be a number of ms greater than 0' })
  }
  return faults.length === 0 ? formulaFaults(pattern as unknown as ArrivalPattern, key) : faults
}

function formulaFaults(pattern: ArrivalPattern, key: string): PlanFault[] {
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
      const rule = `must be a rate of 0 or more at every instant (at ${(i + 0.5) * widthMs} ms it was not)`
      return [{ key: `${key}.rateAt`, value: rate, rule }]
    }
    const count = pattern.expectedBy((i + 1) * widthMs)
    if (!(count >= before - countSlack(before) && count < Number.POSITIVE_INFINITY)) {
      const rule = `must never fall (by ${(i + 1) * widthMs} ms it did, from ${before})`
      return [{ key: `${key}.expectedBy`, value: count, rule }]
    }
    before = count
    area += (rate * widthMs) / 1_000
  }
  // Far apart only: between the probes a steep curve may do what it likes, but milliseconds taken for seconds are 1 000 ×.
  if (area > 0 && (before > 100 * area || before < area / 100)) {
    const remedy = `rateAt is in requests per second, times are in ms: the rates add up to about ${area.toPrecision(3)}`
    return [{ key: `${key}.expectedBy`, value: before, rule: 'must be the sum of rateAt', remedy }]
  }
  const inverseMs = pattern.timeOf?.(before / 2)
  if (inverseMs !== undefined && !(Math.abs(pattern.expectedBy(inverseMs) - before / 2) <= 1e-3)) {
    const rule = `must give the instant by which expectedBy is ${before / 2}`
    return [{ key: `${key}.timeOf`, value: inverseMs, rule, remedy: 'it may be left out' }]
  }
  return []
}
