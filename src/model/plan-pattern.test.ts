import { describe, expect, it } from 'vitest'
import type { PlanFault } from './errors.ts'
import type { ArrivalPattern } from './pattern.ts'
import { userPattern } from './plan-pattern.ts'

const flat = { name: 'flat', durationMs: 1_000, rateAt: () => 10, expectedBy: (tMs: number) => tMs / 100 }

function faultOf(change: object): PlanFault | undefined {
  const faults: PlanFault[] = []
  userPattern({ ...flat, ...change }, faults)
  return faults[0]
}

describe("a pattern object of the user's own", () => {
  it('is taken as it is', () => {
    const faults: PlanFault[] = []
    expect(userPattern(flat, faults)).toBe(flat)
    expect(faults).toEqual([])
  })

  it('may be of a class, and needs no name', () => {
    class Steps {
      readonly durationMs = 2_000
      readonly #rate = 5
      rateAt(): number {
        return this.#rate
      }
      expectedBy(tMs: number): number {
        return (this.#rate * tMs) / 1_000
      }
    }
    const faults: PlanFault[] = []
    const pattern: ArrivalPattern | undefined = userPattern(new Steps() as unknown as Record<string, unknown>, faults)
    expect(faults).toEqual([])
    expect(pattern?.name).toBe('custom')
    expect(pattern?.expectedBy(1_000)).toBe(5)
  })

  it.each([
    [{ durationMs: 0 }, 'pattern.durationMs', /greater than 0/],
    [{ expectedBy: undefined }, 'pattern.expectedBy', /must be a function/],
    [{ expectedBy: (tMs: number) => 1 - tMs }, 'pattern.expectedBy', /must be 0 at 0 ms/],
    [{ expectedBy: (tMs: number) => Math.sin(tMs / 100) + tMs / 1_000 }, 'pattern.expectedBy', /never fall/],
    [
      { expectedBy: (tMs: number) => 1 / (500 - tMs) - 1 / 500 },
      'pattern.expectedBy',
      /finite number from 0 at 500 ms/,
    ],
    [{ rateAt: () => -1 }, 'pattern.rateAt', /finite rate from 0 at 0 ms/],
    [{ rateAt: () => JSON.parse('{') as number }, 'pattern.rateAt', /must not throw/],
    [{ timeOf: 5 }, 'pattern.timeOf', /function, or be left out/],
  ])('%# with a wrong curve is told where it is wrong', (change, key, rule) => {
    expect(faultOf(change)).toMatchObject({ key, rule: expect.stringMatching(rule) })
  })
})
