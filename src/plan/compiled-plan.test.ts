import { afterEach, describe, expect, it, vi } from 'vitest'
import { arrivalsOf } from '../traffic/arrivals/index.ts'
import { curveFrom, randomWalk } from '../traffic/patterns/index.ts'
import { arrivalsIn, type CompiledPlan, positionsOf, warmUpCurve } from './compiled-plan.ts'
import { resolvePlan } from './resolve-plan.ts'
import { vocabulary } from './vocabulary.fixture.ts'

const target = 'http://127.0.0.1:3000'

function compiled(plan: object): CompiledPlan {
  return resolvePlan({ target, ...plan }, vocabulary, { seed: 'cafe' })
}

function timesOf(plan: CompiledPlan, part: 'arrivals' | 'warm-up' = 'arrivals'): readonly number[] {
  const curve = part === 'arrivals' ? plan.curve : warmUpCurve(plan)
  if (curve === undefined) return []
  const arrivals = arrivalsOf(curve, plan, part)
  const times: number[] = []
  for (let atMs = arrivals.next(); atMs < Infinity; atMs = arrivals.next()) times.push(atMs)
  return times
}

describe('a compiled plan', () => {
  it('has the mean and the highest rate of its pattern', () => {
    const { curve } = compiled({ pattern: 'ramp-up', rate: 80, duration: '10s' })
    expect(curve).toMatchObject({ meanRps: 40, peakRps: 80 })
  })

  it('has the same arrivals each time', () => {
    const plan = compiled({ rate: 10, duration: '2s' })
    const times = timesOf(plan)
    expect(times).toHaveLength(20)
    expect(timesOf(plan)).toEqual(times)
  })

  it('warms up at the mean rate of the curve', () => {
    const plan = compiled({ pattern: 'ramp-up', rate: 80, duration: '10s', warmUp: '1s', arrivals: 'uniform' })
    expect(timesOf(plan, 'warm-up')).toEqual(Array.from({ length: 40 }, (_, i) => (i + 1) * 25))
  })

  it('has no curve in the closed model, and so no known number of arrivals', () => {
    const plan = compiled({ concurrency: 5, duration: '1s' })
    expect(plan.curve).toBeUndefined()
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
  ])('has the same arrivals where another thread builds its curve: %j', (keys) => {
    const plan = compiled(keys)
    const { curve: _, ...data } = plan
    const { pattern, ...others } = structuredClone(data)
    const other = { ...others, pattern, curve: pattern && curveFrom(pattern, others) }
    expect(timesOf(other)).toEqual(timesOf(plan))
    expect(timesOf(other, 'warm-up')).toEqual(timesOf(plan, 'warm-up'))
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
