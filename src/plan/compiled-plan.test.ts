import { afterEach, describe, expect, it, vi } from 'vitest'
import { randomWalk } from '../traffic/patterns/index.ts'
import { arrivalsIn, compilePlan, positionsOf } from './compiled-plan.ts'
import { resolvePlan } from './resolve-plan.ts'
import { vocabulary } from './vocabulary.fixture.ts'

const target = 'http://127.0.0.1:3000'

function compiled(plan: object): ReturnType<typeof resolvePlan> {
  return resolvePlan({ target, ...plan }, vocabulary, { seed: 'cafe' })
}

function timesOf(arrivals: { next(): number } | undefined): readonly number[] {
  const times: number[] = []
  for (let atMs = arrivals?.next(); atMs !== undefined && atMs < Infinity; atMs = arrivals?.next()) times.push(atMs)
  return times
}

describe('a compiled plan', () => {
  it('has the mean and the highest rate of its pattern', () => {
    const { schedule } = compiled({ pattern: 'ramp-up', rate: 80, duration: '10s' })
    expect(schedule).toMatchObject({ meanRps: 40, peakRps: 80 })
  })

  it('starts its arrivals from the first one on each call', () => {
    const { schedule } = compiled({ rate: 10, duration: '2s' })
    const times = timesOf(schedule?.arrivals())
    expect(times).toHaveLength(20)
    expect(timesOf(schedule?.arrivals())).toEqual(times)
  })

  it('warms up at the mean rate of the curve', () => {
    const { schedule } = compiled({ pattern: 'ramp-up', rate: 80, duration: '10s', warmUp: '1s', arrivals: 'uniform' })
    expect(schedule?.warmUp?.durationMs).toBe(1_000)
    expect(timesOf(schedule?.warmUp?.arrivals())).toEqual(Array.from({ length: 40 }, (_, i) => (i + 1) * 25))
  })

  it('has no schedule in the closed model, and so no known number of arrivals', () => {
    const plan = compiled({ concurrency: 5, duration: '1s' })
    expect(plan.schedule).toBeUndefined()
    expect(arrivalsIn(plan)).toBe(Infinity)
    expect(positionsOf(plan)).toBe(Infinity)
  })

  it('counts its arrivals, and the positions that warm-up and measured part share', () => {
    const plan = compiled({ rate: 10, duration: '2s', warmUp: '3s' })
    expect(arrivalsIn(plan)).toBe(50)
    expect(positionsOf(plan)).toBe(30)
  })

  it.each([
    { pattern: randomWalk({ rate: 50, everyMs: 10 }), duration: '2s', warmUp: '1s' },
    { rate: 40, duration: '1s', batchSize: 10, arrivals: 'poisson' },
  ])('has the same arrivals where another thread compiles it from its data: %j', (plan) => {
    const { schedule, ...data } = compiled(plan)
    const other = compilePlan(structuredClone(data))
    expect(timesOf(other.schedule?.arrivals())).toEqual(timesOf(schedule?.arrivals()))
    expect(timesOf(other.schedule?.warmUp?.arrivals())).toEqual(timesOf(schedule?.warmUp?.arrivals()))
  })
})

describe('the curve of a pattern', () => {
  afterEach(() => void vi.restoreAllMocks())

  it('is built once, however often a compiled plan is used', () => {
    const build = vi.spyOn(randomWalk.pattern, 'curveOf')
    const plan = compiled({ pattern: randomWalk({ rate: 50 }), duration: '2s', warmUp: '1s' })
    arrivalsIn(plan)
    positionsOf(plan)
    expect(build).toHaveBeenCalledTimes(1)
  })
})
