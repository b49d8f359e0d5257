import { describe, expect, test } from 'vitest'
import type { VerdictValue } from '../../model/verdict.ts'
import { capacityBounds, rateToRepeat, type RateTrial } from './capacity-bounds.ts'

function trials(...all: readonly (readonly [rate: number, verdict: VerdictValue])[]): readonly RateTrial[] {
  return all.map(([rate, verdict]) => ({ rate, verdict }))
}

function interval(of: readonly RateTrial[]): readonly (number | undefined)[] {
  const { low, high } = capacityBounds(of)
  return [low?.rate, high?.rate]
}

describe('the bounds of a capacity', () => {
  test('are the highest rate that met the SLA and the lowest that missed it', () => {
    expect(interval(trials([100, 'pass'], [300, 'fail'], [200, 'pass'], [400, 'fail']))).toEqual([200, 300])
    expect(interval(trials([100, 'pass']))).toEqual([100, undefined])
    expect(interval(trials([100, 'fail']))).toEqual([undefined, 100])
    expect(interval([])).toEqual([undefined, undefined])
  })

  test('contain a rate that missed the SLA although a higher one met it', () => {
    const contradicted = trials([100, 'pass'], [200, 'fail'], [300, 'pass'], [400, 'fail'])
    expect(interval(contradicted)).toEqual([100, 400])
    expect(capacityBounds(contradicted).disagreeingRps).toEqual([200])
  })

  test('contain a rate that missed the SLA once and met it once', () => {
    expect(interval(trials([100, 'pass'], [200, 'fail'], [200, 'pass'], [300, 'fail']))).toEqual([100, 300])
  })

  test('ignore a miss if the same rate and a higher one met the SLA afterwards', () => {
    const cold = trials([500, 'fail'], [600, 'pass'], [1_000, 'pass'], [500, 'pass'])
    expect(interval(cold)).toEqual([1_000, undefined])
    expect(interval(trials([500, 'fail'], [600, 'pass'], [500, 'fail']))).toEqual([undefined, undefined])
  })

  test('ignore inconclusive and invalid runs', () => {
    expect(interval(trials([100, 'pass'], [150, 'invalid'], [180, 'inconclusive'], [200, 'fail']))).toEqual([100, 200])
  })
})

describe('the rate to measure again', () => {
  test('is the lowest that missed the SLA although a higher one met it', () => {
    expect(rateToRepeat(trials([100, 'fail'], [200, 'fail'], [300, 'pass']))).toBe(100)
  })

  test('is one whose only run was invalid', () => {
    expect(rateToRepeat(trials([100, 'pass'], [200, 'invalid']))).toBe(200)
  })

  test('is none without a contradiction, or after two runs', () => {
    expect(rateToRepeat(trials([100, 'pass'], [200, 'fail']))).toBeUndefined()
    expect(rateToRepeat(trials([200, 'fail'], [300, 'pass'], [200, 'pass']))).toBeUndefined()
    expect(rateToRepeat(trials([200, 'fail'], [300, 'pass'], [200, 'fail']))).toBeUndefined()
    expect(rateToRepeat(trials([200, 'invalid'], [200, 'invalid']))).toBeUndefined()
  })
})
