import { describe, expect, it } from 'vitest'
import type { ArrivalProcessName } from '../../model/pattern.ts'
import { constant, patternFrom } from '../patterns/index.ts'
import { inBatches } from './batches.ts'
import { arrivalsOf } from './index.ts'
import { randomFrom } from './random.ts'

const second = patternFrom(constant({ rate: 100 }), { durationMs: 1_000, seed: '1' })

function arrivalTimes(size: number, process: ArrivalProcessName): readonly number[] {
  const arrivals = inBatches(size, second, (curve) => arrivalsOf(curve, process, randomFrom('1', 'arrivals')))
  const all: number[] = []
  for (let atMs = arrivals.next(); atMs !== Number.POSITIVE_INFINITY; atMs = arrivals.next()) all.push(atMs)
  expect(arrivals.next()).toBe(Number.POSITIVE_INFINITY)
  return all
}

describe('inBatches, at 100/s for one second', () => {
  it('schedules 10 batches of 10, each at the time when its last operation is due', () => {
    const all = arrivalTimes(10, 'uniform')
    expect(all).toHaveLength(100)
    expect([...new Set(all)]).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000])
  })

  it('omits an incomplete last batch of 30', () => {
    expect(arrivalTimes(30, 'uniform')).toHaveLength(90)
  })

  it('returns the plain arrivals for a batch size of 1', () => {
    expect(arrivalTimes(1, 'poisson')).toEqual([...new Set(arrivalTimes(1, 'poisson'))])
  })

  it('schedules one jittered batch of 10 in each tenth of the second', () => {
    const all = arrivalTimes(10, 'jittered')
    expect(all).toHaveLength(100)
    const batches = [...new Set(all)]
    expect(batches).toHaveLength(10)
    expect(batches.map((tMs) => Math.floor(tMs / 100))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('schedules Poisson batches of 10 at a tenth of the rate', () => {
    const all = arrivalTimes(10, 'poisson')
    expect(all.length % 10).toBe(0)
    expect(new Set(all).size).toBe(all.length / 10)
  })
})
