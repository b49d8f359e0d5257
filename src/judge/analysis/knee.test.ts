import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kneeOf } from './knee.ts'

const curve = (y: (x: number) => number, xs: readonly number[]): { x: number; y: number }[] =>
  xs.map((x) => ({ x, y: y(x) }))
const tenths = Array.from({ length: 11 }, (_, i) => i / 10)

describe('the knee of a curve', () => {
  it('of y = 1 − 1/(10x + 1) is at the point where the slope equals that of the chord', () => {
    // 10 / (10x + 1)² = 10/11 at x = 0.2317; the nearest grid point is 0.2.
    expect(
      kneeOf(
        curve((x) => 1 - 1 / (10 * x + 1), tenths),
        'concave',
      ),
    ).toBe(0.2)
  })

  it('of a latency that is flat and then jumps is the last flat load', () => {
    const p99 = [
      { x: 50, y: 51 },
      { x: 200, y: 52 },
      { x: 390, y: 55 },
      { x: 414, y: 340 },
      { x: 500, y: 990 },
    ]
    expect(kneeOf(p99, 'convex')).toBe(390)
  })

  it.each([
    ['a straight line', curve((x) => x, tenths)],
    ['a flat curve', curve(() => 7, tenths)],
    ['three loads', curve((x) => x * x, [0, 5, 10])],
    ['nothing', []],
  ])('is not found in %s', (_, points) => {
    expect(kneeOf(points, 'convex')).toBeNull()
    expect(kneeOf(points, 'concave')).toBeNull()
  })

  it('does not depend on the units of the axes or the order of the points', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1_000 }), fc.integer({ min: 2, max: 1_000 }), (perX, perY) => {
        const scaled = curve(
          (x) => perY * (x / perX) ** 4,
          tenths.map((x) => x * perX),
        ).reverse()
        expect((kneeOf(scaled, 'convex') ?? Number.NaN) / perX).toBeCloseTo(0.6, 9)
      }),
    )
  })
})
