import { describe, expect, test } from 'vitest'
import type { UslFit } from '../../model/capacity-findings.ts'
import { fitUsl, uslRps } from './usl.ts'

const CLIENTS = [1, 2, 4, 8, 12, 16, 24, 32]

interface Truth {
  readonly gamma: number
  readonly alpha: number
  readonly beta: number
}

function pointsOf(truth: Truth, noise: () => number = () => 0): { clients: number; rps: number }[] {
  return CLIENTS.map((clients) => ({ clients, rps: uslRps(truth, clients) * (1 + noise()) }))
}

function fitted(points: readonly { clients: number; rps: number }[]): UslFit {
  const fit = fitUsl(points)
  if (typeof fit === 'string') throw new Error(fit)
  return fit
}

/** Normal noise of a seeded generator (Box and Muller). */
function normal(seed: number, deviation: number): () => number {
  let state = seed
  const uniform = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  return () => deviation * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}

function covers([low, high]: readonly [number, number], value: number): boolean {
  return low <= value && value <= high
}

describe('the scalability law', () => {
  test.each([
    { gamma: 100, alpha: 0.05, beta: 0.002 },
    { gamma: 1_000, alpha: 0, beta: 0.01 },
    { gamma: 20, alpha: 0.3, beta: 0 },
    { gamma: 500, alpha: 0, beta: 0 },
  ])('is found again in points that follow it: %j', (truth) => {
    const fit = fitted(pointsOf(truth))
    expect(fit.gamma).toBeCloseTo(truth.gamma, 6)
    expect(fit.alpha).toBeCloseTo(truth.alpha, 9)
    expect(fit.beta).toBeCloseTo(truth.beta, 9)
  })

  test('has its peak where the derivative of X is 0', () => {
    const truth = { gamma: 100, alpha: 0.05, beta: 0.002 }
    const { peakClients, peakRps } = fitted(pointsOf(truth))
    expect(peakClients).toBeCloseTo(Math.sqrt(0.95 / 0.002), 6)
    for (const clients of [(peakClients ?? 0) - 1, (peakClients ?? 0) + 1]) {
      expect(uslRps(truth, clients)).toBeLessThan(peakRps ?? 0)
    }
  })

  test('has intervals that hold the truth as often as they promise, with 2% of noise', () => {
    const truth = { gamma: 100, alpha: 0.05, beta: 0.002 }
    const misses = { gamma: 0, alpha: 0, beta: 0 }
    const RUNS = 400
    for (let run = 1; run <= RUNS; run++) {
      const { intervals } = fitted(pointsOf(truth, normal(run * 7_919, 0.02)))
      for (const key of ['gamma', 'alpha', 'beta'] as const) if (!covers(intervals[key], truth[key])) misses[key]++
    }
    // 5% of 400 is 20; 37 is the 99.99% bound of a binomial draw.
    for (const key of ['gamma', 'alpha', 'beta'] as const) expect(misses[key], key).toBeLessThanOrEqual(37)
  })

  test('refuses to extrapolate a peak where β may as well be 0', () => {
    const amdahl = { gamma: 100, alpha: 0.1, beta: 0 }
    let told = 0
    for (let run = 1; run <= 200; run++) {
      if (fitted(pointsOf(amdahl, normal(run * 104_729, 0.02))).peakRps !== null) told++
    }
    // One-sided 2.5% of 200 is 5; 15 is beyond the 99.99% bound.
    expect(told).toBeLessThanOrEqual(15)
  })

  test('is not believed where it misses: a target with a fixed number of workers does not follow it', () => {
    const workers = CLIENTS.map((clients) => ({ clients, rps: 100 * Math.min(8, clients) }))
    const { worstMiss, peakRps } = fitted(workers)
    expect(worstMiss).toBeGreaterThan(0.1)
    expect(peakRps).toBeNull()
  })

  test('is not told from fewer than six numbers of clients', () => {
    const few = pointsOf({ gamma: 100, alpha: 0, beta: 0 }).slice(0, 5)
    expect(fitUsl([...few, ...few])).toBe('it takes 6 numbers of clients, and there were 5')
  })
})
