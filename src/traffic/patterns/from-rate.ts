import { LoadPlanError } from '../../model/errors.ts'
import type { PlanIssue } from '../../model/errors.ts'
import type { PatternSpec } from '../../model/pattern.ts'
import type { Reader } from '../../model/readers.ts'
import { DURATION_RULE, parseDuration } from '../../model/units.ts'
import type { Ms, Rps } from '../../model/units.ts'
import type { Line } from './line.ts'
import { piecewiseCurve } from './piecewise.ts'
import type { PatternBuilder, PatternKind, PatternOptions } from './pattern-kind.ts'
import { specOf } from './spec.ts'
import { tabulate } from './tabulate.ts'

export interface FromRateOptions extends PatternOptions {
  /** Duration of the curve, in ms or as a string such as `'30s'`. */
  readonly duration: Ms | string
}

function checkedRate(rate: unknown, tMs: Ms): Rps {
  if (typeof rate === 'number' && rate >= 0 && rate < Number.POSITIVE_INFINITY) return rate
  const rule = 'must return a finite rate of 0 or more at every time'
  throw new LoadPlanError([{ key: 'fromRate', value: rate, rule, remedy: `it returned this value at ${tMs} ms` }])
}

interface FromRateSpec extends PatternSpec {
  /** Increasing times from 0 to `durationMs`. */
  readonly timesMs: readonly Ms[]
  /** The rate at each of these times; between them it is interpolated linearly. */
  readonly ratesRps: readonly Rps[]
}

function isNumberFromZero(entry: unknown): boolean {
  return typeof entry === 'number' && entry >= 0 && Number.isFinite(entry)
}

const numberList: Reader<readonly number[]> = (value, key, issues) => {
  if (Array.isArray(value) && value.length >= 2 && value.every(isNumberFromZero)) return value
  issues.push({ key, value, rule: 'must be an array of at least 2 numbers, none below 0' })
  return undefined
}

const kind: PatternKind<FromRateSpec> = {
  kind: 'from-rate',
  parameters: { timesMs: numberList, ratesRps: numberList },
  defaults: {},
  needsDuration: true,
  issuesBetween({ timesMs, ratesRps, durationMs }, key): PlanIssue[] {
    const issues: PlanIssue[] = []
    const rising = timesMs.every((tMs, i) => (i === 0 ? tMs === 0 : tMs > (timesMs[i - 1] ?? 0)))
    if (!rising || timesMs.at(-1) !== durationMs) {
      issues.push({ key: `${key}.timesMs`, value: timesMs, rule: 'must increase from 0 to the duration' })
    }
    if (ratesRps.length !== timesMs.length) {
      issues.push({ key: `${key}.ratesRps`, value: ratesRps, rule: 'must have the same length as timesMs' })
    }
    return issues
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

/**
 * Builds a pattern from any curve λ(t): `curve` returns requests per second at `tMs` milliseconds after the start.
 * `fromRate` samples the curve immediately and stores it as a table, which is plain data. The table is fine enough that
 * straight lines between its points give Λ within 0.1%, or within 0.001% of the total where only few arrivals have
 * occurred. The curve may jump. Sampling can miss a spike that is much narrower than 1/256 of the duration and than 50
 * ms.
 * Throws a `LoadPlanError` if the duration is missing or the curve returns anything but rates of 0 or more.
 */
export const fromRate: PatternBuilder<[curve: (tMs: Ms) => Rps, options: FromRateOptions]> = Object.assign(tableOf, {
  pattern: kind,
})

function tableOf(curve: (tMs: Ms) => Rps, options: FromRateOptions): PatternSpec {
  const durationMs = parseDuration(options?.duration) ?? 0
  const issues: PlanIssue[] = []
  if (typeof curve !== 'function') {
    issues.push({
      key: 'fromRate',
      value: curve,
      rule: 'must be given a function',
      remedy: 'fromRate((tMs) => …, { duration })',
    })
  }
  if (durationMs <= 0) {
    const rule = `must be ${DURATION_RULE}, more than 0`
    issues.push({
      key: 'fromRate duration',
      value: options?.duration,
      rule,
      remedy: "fromRate(curve, { duration: '30s' })",
    })
  }
  if (issues.length > 0) throw new LoadPlanError(issues)
  return specOf(kind, { ...options, ...tabulate((tMs) => checkedRate(curve(tMs), tMs), durationMs) })
}
