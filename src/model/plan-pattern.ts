import type { PlanFault } from './errors.ts'
import type { ArrivalPattern } from './pattern.ts'
import { positive } from './plan-readers.ts'

/** How many points of a user's curve are looked at before the run. */
const PROBES = 200

/**
 * A pattern object of the user's own, checked as far as looking at it can: finite, never negative rates, and a
 * cumulative curve that starts at 0 and never falls. One without a name is called `custom`.
 */
export function userPattern(value: Readonly<Record<string, unknown>>, faults: PlanFault[]): ArrivalPattern | undefined {
  const before = faults.length
  positive(value['durationMs'], 'pattern.durationMs', faults)
  for (const method of ['rateAt', 'expectedBy'] as const) {
    if (typeof value[method] === 'function') continue
    faults.push({ key: `pattern.${method}`, value: value[method], rule: 'must be a function of the time in ms' })
  }
  if (value['timeOf'] !== undefined && typeof value['timeOf'] !== 'function') {
    faults.push({ key: 'pattern.timeOf', value: value['timeOf'], rule: 'must be a function, or be left out' })
  }
  if (faults.length > before) return undefined
  const pattern = value as unknown as ArrivalPattern
  const wrong = firstWrong(pattern)
  if (wrong === undefined) return named(pattern)
  faults.push({ key: `pattern.${wrong.method}`, value: wrong.value, rule: wrong.rule })
  return undefined
}

/** Its methods may need their `this`, down to private fields, so they are called on the object itself. */
function named(pattern: ArrivalPattern): ArrivalPattern {
  if (typeof pattern.name === 'string' && pattern.name !== '') return pattern
  const { durationMs, phases } = pattern
  return {
    name: 'custom',
    durationMs,
    rateAt: (tMs) => pattern.rateAt(tMs),
    expectedBy: (tMs) => pattern.expectedBy(tMs),
    ...(pattern.timeOf && { timeOf: (expected: number) => pattern.timeOf?.(expected) ?? Number.NaN }),
    ...(phases && { phases }),
  }
}

interface Wrong {
  readonly method: string
  readonly value: unknown
  readonly rule: string
}

function firstWrong(pattern: ArrivalPattern): Wrong | undefined {
  let method = 'expectedBy'
  try {
    let highest = 0
    for (let probe = 0; probe <= PROBES; probe++) {
      const tMs = (pattern.durationMs * probe) / PROBES
      const at = `at ${Math.round(tMs)} ms`
      method = 'expectedBy'
      const expected: unknown = pattern.expectedBy(tMs)
      if (!isFiniteFrom(expected, 0)) return { method, value: expected, rule: `must give a finite number from 0 ${at}` }
      if (probe === 0 && expected > 1e-9) return { method, value: expected, rule: 'must be 0 at 0 ms' }
      if (expected < highest - 1e-9 * Math.max(1, highest)) {
        return { method, value: expected, rule: `must never fall, and does before ${Math.round(tMs)} ms` }
      }
      highest = Math.max(highest, expected)
      method = 'rateAt'
      const rate: unknown = pattern.rateAt(tMs)
      if (!isFiniteFrom(rate, 0)) return { method, value: rate, rule: `must give a finite rate from 0 ${at}` }
    }
    return undefined
  } catch (error) {
    return { method, value: error instanceof Error ? error.message : error, rule: 'must not throw' }
  }
}

function isFiniteFrom(value: unknown, least: number): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= least
}
