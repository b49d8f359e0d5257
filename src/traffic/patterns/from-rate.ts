import { LoadPlanError } from '../../model/errors.ts'
import type { PlanFault } from '../../model/errors.ts'
import type { PatternSpec } from '../../model/pattern.ts'
import type { Reader } from '../../model/plan-readers.ts'
import { DURATION_RULE, parseDuration } from '../../model/units.ts'
import type { Ms, Rps } from '../../model/units.ts'
import type { Line } from './line.ts'
import { piecewiseCurve } from './piecewise.ts'
import type { PatternKind, PatternOptions } from './pattern-kind.ts'
import { specOf } from './spec.ts'
import { tabulate } from './tabulate.ts'

export interface FromRateOptions extends PatternOptions {
  /** How long the curve is, in ms or as a text such as `'30s'`. */
  readonly duration: Ms | string
}

/**
 * A pattern from any curve λ(t): `curve` gives requests per second at `tMs` milliseconds after the start. It is called
 * now, and tabled so finely that straight lines between the points give Λ within 0.1% (where few have come yet, within
 * 0.001% of all); the pattern is that table, plain data. The curve may jump; a spike much narrower than 1/256 of the duration (and than 50 ms) may be overlooked.
 * Throws a `LoadPlanError` when the duration is missing or the curve gives anything but rates of 0 or more.
 */
export function fromRate(curve: (tMs: Ms) => Rps, options: FromRateOptions): PatternSpec {
  const durationMs = parseDuration(options?.duration) ?? 0
  const faults: PlanFault[] = []
  if (typeof curve !== 'function') {
    faults.push({
      key: 'fromRate',
      value: curve,
      rule: 'must be given a function',
      remedy: 'fromRate((tMs) => …, { duration })',
    })
  }
  if (durationMs <= 0) {
    const rule = `must be ${DURATION_RULE}, more than 0`
    faults.push({
      key: 'fromRate duration',
      value: options?.duration,
      rule,
      remedy: "fromRate(curve, { duration: '30s' })",
    })
  }
  if (faults.length > 0) throw new LoadPlanError(faults)
  return specOf(fromRateKind, { ...options, ...tabulate((tMs) => checkedRate(curve(tMs), tMs), durationMs) })
}

function checkedRate(rate: unknown, tMs: Ms): Rps {
  if (typeof rate === 'number' && rate >= 0 && rate < Number.POSITIVE_INFINITY) return rate
  const rule = 'must give a finite rate of 0 or more at every instant'
  throw new LoadPlanError([{ key: 'fromRate', value: rate, rule, remedy: `it did not at ${tMs} ms` }])
}

interface FromRateSpec extends PatternSpec {
  /** Rising from 0 to `durationMs`. */
  readonly timesMs: readonly Ms[]
  /** The rate at each of these times; in between it runs in straight lines. */
  readonly ratesRps: readonly Rps[]
}

function isNumberFromZero(entry: unknown): boolean {
  return typeof entry === 'number' && entry >= 0 && Number.isFinite(entry)
}

const numberList: Reader<readonly number[]> = (value, key, faults) => {
  if (Array.isArray(value) && value.length >= 2 && value.every(isNumberFromZero)) return value
  faults.push({ key, value, rule: 'must be a list of at least 2 numbers, none below 0' })
  return undefined
}

export const fromRateKind: PatternKind<FromRateSpec> = {
  kind: 'from-rate',
  parameters: { timesMs: numberList, ratesRps: numberList },
  defaults: {},
  needsDuration: true,
  faultsBetween({ timesMs, ratesRps, durationMs }, key): PlanFault[] {
    const faults: PlanFault[] = []
    const rising = timesMs.every((tMs, i) => (i === 0 ? tMs === 0 : tMs > (timesMs[i - 1] ?? 0)))
    if (!rising || timesMs.at(-1) !== durationMs) {
      faults.push({ key: `${key}.timesMs`, value: timesMs, rule: 'must rise from 0 to the duration' })
    }
    if (ratesRps.length !== timesMs.length) {
      faults.push({ key: `${key}.ratesRps`, value: ratesRps, rule: 'must be as many as timesMs' })
    }
    return faults
  },
  curveOf({ timesMs, ratesRps }) {
    const lineFrom = (i: number): Line => ({
      fromRps: ratesRps[i] ?? 0,
      toRps: ratesRps[i + 1] ?? 0,
      widthMs: (timesMs[i + 1] ?? 0) - (timesMs[i] ?? 0),
    })
    const lines: [Line, ...Line[]] = [lineFrom(0)]
    for (let i = 1; i < timesMs.length - 1; i++) lines.push(lineFrom(i))
    return piecewiseCurve(lines)
  },
}
