import { describe, expect, it } from 'vitest'
import { evenBatches, resultOf } from '../result.builder.ts'
import { figuresOf, isLost } from './trial-figures.ts'
import { judgeTrial } from './trial-verdict.ts'

const slo = { p99Ms: 250, errorRate: 0.01 }

describe('the figures of a trial', () => {
  it('count as late every response over the limit and every request without one', () => {
    const result = resultOf({
      batches: [
        { responsesMs: [10, 249, 251, 900] },
        { responsesMs: [10], errors: { timeout: 2, 'http-5xx': 3 }, dropped: { 'pool-wait': 4 } },
      ],
    })
    expect(figuresOf(result, slo)).toMatchObject({ scheduled: 14, failed: 9, timed: 11, late: 8, lateAtTarget: 8 })
  })

  it('exclude requests that the run cancelled', () => {
    const cancelled = { errors: { cancelled: 2 }, dropped: { stopped: 3 } }
    const result = resultOf({ batches: [{ responsesMs: [10, 10], ...cancelled }], rest: { ended: 'interrupted' } })
    expect(figuresOf(result, slo)).toMatchObject({ scheduled: 2, failed: 0, timed: 2, late: 0, cutShort: true })
  })

  it('exclude the lateness of the generator from the lateness of the target', () => {
    const result = resultOf({
      batches: [{ responsesMs: [300, 300, 20], dropped: { generator: 1 } }],
      lagMs: (responseMs) => (responseMs > 250 ? 100 : 0),
    })
    expect(figuresOf(result, slo)).toMatchObject({ late: 3, lateAtTarget: 0, lagMs: 100 })
  })

  it('count completions only while requests were arriving', () => {
    const batches = [...evenBatches(8, 10, () => 10), ...evenBatches(4, 10, () => 1_500)]
    const result = resultOf({ batches, plan: { durationMs: 2_000 }, rest: { durationMs: 2_000 } })
    expect(figuresOf(result, slo, 10).achievedRps).toBeCloseTo(40)
  })

  it.each([
    ['210 ms', 210, 250, 50],
    ['210 ms at a high rate', 210, 250, 1_000],
    ['1.5 s', 1_500, 3_000, 50],
    ['2.5 s, longer than the step', 2_500, 3_000, 50],
  ])('pass a step of 2 s with a constant service time of %s', (_, serviceMs, p99Ms, rate) => {
    const doneMs = Array.from({ length: 2 * rate }, (__, i) => ((i + 1) * 1_000) / rate + serviceMs)
    const arrived = (endMs: number): number => Math.min(2 * rate, Math.floor((endMs * rate) / 1_000))
    const batches = Array.from({ length: 46 }, (__, i) => {
      const [startMs, endMs] = [i * 100, (i + 1) * 100]
      return {
        responsesMs: doneMs.filter((ms) => ms > startMs && ms <= endMs).map(() => serviceMs),
        arrivals: arrived(endMs) - arrived(startMs),
        inFlight: arrived(endMs) - doneMs.filter((ms) => ms <= endMs).length,
      }
    })
    const planned = { plan: { rate, durationMs: 2_000 }, rest: { durationMs: 2_000 } }
    const figures = figuresOf(resultOf({ batches, batchMs: 100, ...planned }), { p99Ms, errorRate: 0.01 })
    expect(figures.achievedRps).toBeGreaterThan(0.98 * rate)
    expect(figures.growth?.shown).toBe(false)
    const step = { purpose: 'step', rate, arrivals: 'uniform', durationMs: 2_000 } as const
    expect(judgeTrial(step, figures, { p99Ms, errorRate: 0.01 })).toMatchObject({ verdict: 'pass', reasons: [] })
  })

  it('count the completions of a saturation from the first one on', () => {
    const batches = [{ responsesMs: [] }, { responsesMs: [240] }, ...evenBatches(10, 20, () => 250)]
    expect(figuresOf(resultOf({ batches, rest: { arrivals: 'closed' } }), slo).achievedRps).toBe(80)
  })

  it.each([
    ['p99 lag above 10 ms at 1000 req/s', 250, 10.2, 10],
    ['p99 lag above five gaps at 40 req/s', 10, 126, 125],
  ])('treat a load with a %s as not delivered', (_, perBatch, lagMs, allowedMs) => {
    const late = resultOf({ batches: evenBatches(8, perBatch, () => 200), lagMs: () => lagMs })
    expect(figuresOf(late, slo).undelivered).toMatchObject({
      code: 'schedule-lag',
      lagMs: expect.closeTo(lagMs, 0),
      allowedMs: expect.closeTo(allowedMs, 0),
    })
    const onTime = resultOf({ batches: evenBatches(8, perBatch, () => 200), lagMs: () => 0.97 * lagMs })
    expect(figuresOf(onTime, slo).undelivered).toBeUndefined()
  })

  it('count the generator as busy while it waits for a core', () => {
    const { generator } = resultOf({ batches: [] })
    const starved = { ...generator, eventLoopUtilization: 0.5, runDelayRatio: 0.4 }
    expect(figuresOf(resultOf({ batches: [], rest: { generator: starved } }), slo).generatorBusy).toBe(0.9)
    expect(figuresOf(resultOf({ batches: [] }), slo).generatorBusy).toBe(generator.eventLoopUtilization)
  })

  it('treat a load as not delivered when more than 1% of it was not dispatched', () => {
    const batches = [...evenBatches(4, 50, () => 10), { responsesMs: [], dropped: { generator: 3 } }]
    expect(figuresOf(resultOf({ batches }), slo).undelivered).toEqual({
      code: 'undispatched',
      undispatched: 3,
      scheduled: 203,
      unit: 'request',
    })
  })
})

describe('a trial at 100 req/s in which the generator was suspended for 2 s', () => {
  const hold = { purpose: 'hold', rate: 100, arrivals: 'uniform', durationMs: 12_000 } as const

  /**
   * The generator wakes up and sends all overdue requests at once. They wait for each other, also in the target's
   * times.
   */
  function suspended(usualMs: number, generatorLagMs: number): ReturnType<typeof judgeTrial> {
    const batches = Array.from({ length: 48 }, (_, i) => {
      const isLate = i >= 20 && i < 28
      return {
        responsesMs: Array.from({ length: 25 }, (__, k) => (isLate ? 300 + k : usualMs)),
        generatorLagMs: isLate ? generatorLagMs : 1,
      }
    })
    const result = resultOf({ batches, plan: { rate: 100, durationMs: 12_000 } })
    return judgeTrial(hold, figuresOf(result, slo), slo)
  }

  it('is invalid when the target was fast outside that time', () => {
    expect(suspended(10, 2_000)).toMatchObject({
      verdict: 'invalid',
      isToolLimited: true,
      reasons: [{ code: 'sent-late', lagMs: 2_000 }, { code: 'late-requests' }],
    })
  })

  it('fails when the target was slow all the time', () => {
    expect(suspended(260, 2_000)).toMatchObject({ verdict: 'fail', isToolLimited: false })
  })

  it('fails when the generator was on time', () => {
    expect(suspended(10, 20)).toMatchObject({ verdict: 'fail', isToolLimited: false })
  })
})

it.each([
  [
    'no descriptors',
    { code: 'descriptors-exhausted', failedConnections: 3, limit: 64 },
    'exhausted',
    { code: 'no-descriptors' },
  ],
  ['no ports', { code: 'ports-exhausted', failedConnections: 3, ports: 28_000 }, 'exhausted', { code: 'no-ports' }],
  ['a suspended generator', { code: 'generator-suspended', count: 1, suspendedMs: 500 }, 'stoppedShare', 0.5],
  ['a blocked generator', { code: 'generator-blocked', count: 1, blockedMs: 250 }, 'stoppedShare', 0.25],
] as const)('the figures of a trial with %s say so', (_, facts, key, value) => {
  const { generator } = resultOf({ batches: [] })
  const doubts = [{ ...facts, message: 'a doubt' }]
  const result = resultOf({ batches: evenBatches(4, 10, () => 10), rest: { generator: { ...generator, doubts } } })
  expect(figuresOf(result, slo)[key]).toEqual(value)
})

describe('a trial is lost', () => {
  const interval = (batches: Parameters<typeof resultOf>[0]['batches']): boolean => {
    const [first] = resultOf({ batches, batchMs: 1_000 }).intervals
    return first !== undefined && isLost(first, slo)
  }

  it('when most requests of a second were late or had no response', () => {
    expect(interval([{ responsesMs: [10, 10, 260] }])).toBe(false)
    expect(interval([{ responsesMs: [10, 260, 260] }])).toBe(true)
    expect(interval([{ responsesMs: [10], errors: { timeout: 2 } }])).toBe(true)
    expect(interval([{ responsesMs: [] }])).toBe(false)
  })
})
