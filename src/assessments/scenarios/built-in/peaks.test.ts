import { expect, test } from 'vitest'
import { constant, curveFrom } from '../../../traffic/patterns/index.ts'
import { scenarios } from './index.ts'

test.for(scenarios.map((scenario) => [scenario.name, scenario] as const))(
  'the rate of %s rises to its peak and not above',
  ([, { plan, rate, durationMs, peak = 1 }]) => {
    const { pattern = constant({ rate }) } = plan({ rate, durationMs, share: 1 }, {})
    if (typeof pattern === 'string') throw new TypeError('a built-in scenario builds its pattern')
    const peaks = ['a', 'b', 'c'].map((seed) => curveFrom(pattern, { durationMs, seed }).peakRps)
    expect(Math.max(...peaks)).toBeLessThanOrEqual(peak * rate * 1.000_001)
    expect(Math.max(...peaks)).toBeGreaterThan(0.6 * peak * rate)
  },
)
