import { describe, expect, test } from 'vitest'
import { randomOf } from '../verdict/queue.builder.ts'
import { changePoints } from './change-points.ts'

const random = randomOf(3)

/** Returns values around a mean that scatter by 2%. */
function around(mean: number, count: number): readonly number[] {
  const normal = (): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
  return Array.from({ length: count }, () => mean * (1 + 0.02 * normal()))
}

function indexesOf(values: readonly number[]): readonly number[] {
  return changePoints(values).map(({ index }) => index)
}

describe('change points', () => {
  test.each([
    ['no values', []],
    ['one value', [10]],
    ['two values', [10, 20]],
    ['equal values', Array.from({ length: 60 }, () => 10)],
    ['a series without a change', around(10, 200)],
    ['a change of less than 5%', [...around(10, 60), ...around(10.3, 60)]],
    ['one outlier', [...around(10, 30), 30, ...around(10, 30)]],
  ])('finds none in %s', (_, values) => {
    expect(indexesOf(values)).toEqual([])
  })

  test('finds a rise and the fall after it, with the means around them', () => {
    const points = changePoints([...around(10, 40), ...around(12, 30), ...around(9, 45)])
    expect(points.map(({ index }) => index)).toEqual([40, 70])
    expect(points[0]?.before).toBeCloseTo(10, 0)
    expect(points[0]?.after).toBeCloseTo(12, 0)
    expect(points[1]?.before).toBe(points[0]?.after)
    expect(points.every(({ pValue }) => pValue < 0.001)).toBe(true)
  })

  test('finds a change between equal values', () => {
    expect(indexesOf([...Array.from({ length: 8 }, () => 10), ...Array.from({ length: 8 }, () => 11)])).toEqual([8])
  })

  test('finds changes in any window of a long series', () => {
    const steps = [10, 12, 10, 13, 10, 12]
    expect(indexesOf(steps.flatMap((mean) => around(mean, 60)))).toEqual([60, 120, 180, 240, 300])
  })

  test('finds one change within few runs of it', () => {
    expect(indexesOf([...around(10, 40), ...around(13, 3)])).toEqual([40])
  })

  test('finds a change in fewer than 1 of 20 series of 100 runs without one', () => {
    const found = Array.from({ length: 100 }, () => indexesOf(around(10, 100))).filter(({ length }) => length > 0)
    expect(found.length).toBeLessThanOrEqual(5)
  })
})
