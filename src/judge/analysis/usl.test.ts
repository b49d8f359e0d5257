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
  if ('code' in fit) throw new Error(fit.code)
  return fit
}

/** Seeded normal noise (Box and Muller). */
function normal(seed: number, deviation: number): () => number {
  let state = seed
  const uniform = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  return () => deviation * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}

function covers([low, high]: readonly [number, number | null], value: number): boolean {
  return low <= value && value <= (high ?? Number.POSITIVE_INFINITY)
}

describe('the scalability law', () => {
  test.each([
    { gamma: 100, alpha: 0.05, beta: 0.002 },
    { gamma: 1_000, alpha: 0, beta: 0.01 },
    { gamma: 20, alpha: 0.3, beta: 0 },
    { gamma: 500, alpha: 0, beta: 0 },
  ])('is recovered from points that follow it: %j', (truth) => {
    const fit = fitted(pointsOf(truth))
    expect(fit.gamma).toBeCloseTo(truth.gamma, 6)
    expect(fit.alpha).toBeCloseTo(truth.alpha, 9)
    expect(fit.beta).toBeCloseTo(truth.beta, 9)
  })

  test('has its peak at the maximum of X', () => {
    const truth = { gamma: 100, alpha: 0.05, beta: 0.002 }
    const { peakClients, peakRps } = fitted(pointsOf(truth))
    expect(peakClients).toBeCloseTo(Math.sqrt(0.95 / 0.002), 6)
    for (const clients of [(peakClients ?? 0) - 1, (peakClients ?? 0) + 1]) {
      expect(uslRps(truth, clients)).toBeLessThan(peakRps ?? 0)
    }
  })

  const PARAMETERS = ['gamma', 'alpha', 'beta'] as const

  /** Share of fits with 2% of noise whose interval contains the true value, by parameter. */
  function coverage(truth: Truth): Readonly<Record<(typeof PARAMETERS)[number] | 'peakClients' | 'peakRps', number>> {
    const RUNS = 400
    const peakClients = Math.sqrt((1 - truth.alpha) / truth.beta)
    const peak = { peakClients, peakRps: uslRps(truth, peakClients) }
    const fits = Array.from({ length: RUNS }, (_, run) => fitted(pointsOf(truth, normal((run + 1) * 7_919, 0.02))))
    const share = (holds: (fit: UslFit) => boolean): number => fits.filter(holds).length / RUNS
    const ofPeak = (key: 'peakClients' | 'peakRps') => (fit: UslFit) => {
      const interval = fit.intervals[key]
      return interval !== null && covers(interval, peak[key])
    }
    return {
      gamma: share(({ intervals }) => covers(intervals.gamma, truth.gamma)),
      alpha: share(({ intervals }) => covers(intervals.alpha, truth.alpha)),
      beta: share(({ intervals }) => covers(intervals.beta, truth.beta)),
      peakClients: share(ofPeak('peakClients')),
      peakRps: share(ofPeak('peakRps')),
    }
  }

  test.each([
    { gamma: 100, alpha: 0.05, beta: 0.002 },
    { gamma: 100, alpha: 0, beta: 0.002 },
    { gamma: 100, alpha: 0.003, beta: 0.002 },
  ])('has 95%% intervals that contain the truth in at least 92%% of fits, including the peak: %j', (truth) => {
    // With a coverage of 95%, fewer than 92% of 400 intervals contain the truth about once in 200 times.
    for (const [parameter, share] of Object.entries(coverage(truth))) {
      expect(share, parameter).toBeGreaterThanOrEqual(0.92)
    }
  })

  test.each([
    { gamma: 100, alpha: 0.1, beta: 0 },
    { gamma: 100, alpha: 0, beta: 0 },
    { gamma: 100, alpha: 0.003, beta: 0.0001 },
    { gamma: 100, alpha: 0.1, beta: 0.0002 },
  ])(
    'has 95%% intervals that contain the truth in at least 92%% of fits when a coefficient is about 0: %j',
    (truth) => {
      const covered = coverage(truth)
      for (const parameter of PARAMETERS) expect(covered[parameter], parameter).toBeGreaterThanOrEqual(0.92)
    },
  )

  test('has an interval that extends above 0 for a coefficient held at 0', () => {
    const fits = Array.from({ length: 200 }, (_, run) =>
      fitted(pointsOf({ gamma: 100, alpha: 0.003, beta: 0.0001 }, normal((run + 1) * 7_919, 0.05))),
    )
    const held = fits.filter(({ alpha }) => alpha === 0)
    expect(held.length).toBeGreaterThan(20)
    expect(held.filter(({ intervals }) => intervals.alpha[0] !== 0)).toEqual([])
    expect(held.filter(({ intervals }) => intervals.alpha[1] > 0).length / held.length).toBeGreaterThan(0.8)
  })

  test('has no peak when the interval of β contains 0', () => {
    const amdahl = { gamma: 100, alpha: 0.1, beta: 0 }
    let reported = 0
    for (let run = 1; run <= 200; run++) {
      if (fitted(pointsOf(amdahl, normal(run * 104_729, 0.02))).peakRps !== null) reported++
    }
    // One-sided 2.5% of 200 is 5; 15 is beyond the 99.99% bound.
    expect(reported).toBeLessThanOrEqual(15)
  })

  test('has no peak for a target that does not follow it, such as one with a fixed number of workers', () => {
    const workers = CLIENTS.map((clients) => ({ clients, rps: 100 * Math.min(8, clients) }))
    const { worstMiss, peakRps } = fitted(workers)
    expect(worstMiss).toBeGreaterThan(0.1)
    expect(peakRps).toBeNull()
  })

  test('is not fitted to fewer than six numbers of clients', () => {
    const few = pointsOf({ gamma: 100, alpha: 0, beta: 0 }).slice(0, 5)
    expect(fitUsl([...few, ...few])).toEqual({ code: 'few-points', requiredPoints: 6, points: 5 })
  })
})
