import type { LoadResult } from '../../../model/result.ts'
import type { Ms, Rps } from '../../../model/units.ts'
import type { WrittenPlan } from '../../../plan/load-plan.ts'
import { burst, curveFrom, poisson, randomWalk, rampUp, sineWave } from '../../../traffic/patterns/index.ts'
import { formatList, formatPlural } from '../../../wording/figures.ts'
import type { Bench, Check, CheckGroup, Observation } from '../check.ts'

/** Mean of every pattern but `burst`. */
const RATE: Rps = 200

interface Shape {
  readonly plan: WrittenPlan
  /** Λ(t) by the formula of the reference, not by the code of the pattern, except for a random walk. */
  expectedBy(tMs: Ms, seed: string): number
}

function steady(tMs: Ms): number {
  return (RATE * tMs) / 1_000
}

function burstShape(durationMs: Ms): Shape {
  const [rate, factor, burstMs, restMs] = [RATE / 5, 10, durationMs / 8, (3 * durationMs) / 8]
  return {
    plan: { pattern: burst({ rate, factor, burstMs, restMs, duration: durationMs }) },
    expectedBy(tMs) {
      const cycleMs = burstMs + restMs
      const inBurstMs = Math.floor(tMs / cycleMs) * burstMs + Math.min(tMs % cycleMs, burstMs)
      return (rate * (tMs + (factor - 1) * inBurstMs)) / 1_000
    },
  }
}

function sineShape(durationMs: Ms): Shape {
  const [amplitude, periodMs] = [0.8, durationMs / 2]
  return {
    plan: { pattern: sineWave({ rate: RATE, amplitude, periodMs, duration: durationMs }) },
    expectedBy: (tMs) =>
      steady(tMs) + steady((amplitude * periodMs * (1 - Math.cos((2 * Math.PI * tMs) / periodMs))) / (2 * Math.PI)),
  }
}

/** Half of the rate in the first half, one and a half of it in the second one. */
function customShape(durationMs: Ms): Shape {
  const halfMs = durationMs / 2
  const expectedBy = (tMs: Ms): number => steady(0.5 * tMs + Math.max(0, tMs - halfMs))
  const rateAt = (tMs: Ms): Rps => RATE * (tMs < halfMs ? 0.5 : 1.5)
  return { plan: { pattern: { name: 'step', durationMs, rateAt, expectedBy } }, expectedBy }
}

function walkShape(durationMs: Ms): Shape {
  const pattern = randomWalk({ rate: RATE, duration: durationMs })
  return { plan: { pattern }, expectedBy: (tMs, seed) => curveFrom(pattern, { durationMs, seed }).expectedBy(tMs) }
}

const SHAPES: Readonly<Record<string, (durationMs: Ms) => Shape>> = {
  constant: (duration) => ({ plan: { rate: RATE, duration }, expectedBy: steady }),
  burst: burstShape,
  'ramp-up': (duration) => ({
    plan: { pattern: rampUp({ from: 0, to: 2 * RATE, duration }) },
    expectedBy: (tMs) => (RATE * tMs * tMs) / (1_000 * duration),
  }),
  'sine-wave': sineShape,
  'random-walk': walkShape,
  custom: customShape,
}

/** The times at which a run sent its requests, as the server saw them, on the clock of the run. */
function arrivalsIn({ startedAt }: LoadResult, arrivedAtMs: readonly Ms[]): readonly Ms[] {
  const startMs = Date.parse(startedAt)
  return arrivedAtMs.map((ms) => ms - startMs)
}

function patternCheck(name: string, shapeOf: (durationMs: Ms) => Shape): Check {
  return {
    name: `${name} pattern`,
    async observe({ load, server, durationMs }) {
      const { plan, expectedBy } = shapeOf(durationMs)
      const result = await load(plan)
      const { requests, arrivedAtMs } = await server.control.recorded()
      const arrivals = arrivalsIn(result, arrivedAtMs)
      const planned = (tMs: Ms): number => expectedBy(Math.min(Math.max(tMs, 0), durationMs), result.seed)
      // A request arrives before its response, however late a busy machine is.
      const lateMs = 1 + (result.responseTime.maxMs ?? 0)
      const ends = [0.25, 0.5, 0.75, 1].map((share) => share * durationMs)
      const counts = ends.map((endMs) => arrivals.filter((ms) => ms <= endMs).length)
      // Each arrival has a slot of Λ of its own, and the start of the run is rounded to a millisecond.
      const isOnTime = ends.every((endMs, index) => {
        const count = counts[index] ?? 0
        return count >= planned(endMs - lateMs) - 1 && count <= planned(endMs + 1) + 1
      })
      const total = Math.floor(planned(durationMs) + 1e-9)
      return {
        holds: isOnTime && requests === total && result.requestsSent === total,
        sent: `${formatPlural(result.requestsSent, 'request')}, by quarters of the time ${byQuarter(ends.map((endMs) => Math.round(planned(endMs))))}`,
        counted: `${formatPlural(requests, 'request')}, by quarters ${byQuarter(counts)}`,
        result,
      }
    },
  }
}

function byQuarter(totals: readonly number[]): string {
  return formatList(totals.map((total, index) => String(total - (totals[index - 1] ?? 0))))
}

/** The gaps of Poisson arrivals are exponential: as long on average as their standard deviation. */
async function observePoisson({ load, server, durationMs }: Bench): Promise<Observation> {
  const result = await load({ pattern: poisson({ rate: RATE, duration: durationMs }) })
  const { requests, arrivedAtMs } = await server.control.recorded()
  const expected = steady(durationMs)
  const sorted = arrivedAtMs.toSorted((a, b) => a - b)
  const gaps = sorted.slice(1).map((ms, index) => ms - (sorted[index] ?? 0))
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length)
  // Five standard errors of the count, and of the ratio, which is 1 with a standard error near 1 / √n.
  const isPoisson = Math.abs(requests - expected) <= 5 * Math.sqrt(expected)
  const isExponential = Math.abs(deviation / mean - 1) <= 5 / Math.sqrt(requests)
  return {
    holds: isPoisson && isExponential && requests === result.requestsSent,
    sent: `${formatPlural(result.requestsSent, 'request')}, ${expected} expected`,
    counted: `${formatPlural(requests, 'request')}, gaps with a deviation of ${(deviation / mean).toFixed(2)} × their mean`,
    result,
  }
}

/** Each pattern sends its requests when its formula says. */
export const patterns: CheckGroup = {
  area: 'patterns',
  checks: [
    ...Object.entries(SHAPES).map(([name, shapeOf]) => patternCheck(name, shapeOf)),
    { name: 'poisson pattern', isTimed: true, observe: observePoisson },
  ],
}
