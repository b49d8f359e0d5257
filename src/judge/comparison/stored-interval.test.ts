import { describe, expect, test } from 'vitest'
import { randomOf } from '../verdict/queue.builder.ts'
import { compareWithStored, type RunValue, runsToDecide } from './stored-interval.ts'

const DAY_MS = 86_400_000
const QUESTION = { tolerance: 0.1, confidence: 0.98 }

/** Runs on consecutive days. */
function daily(values: readonly number[], firstDay = 0): readonly RunValue[] {
  return values.map((value, day) => ({ value, startMs: (firstDay + day) * DAY_MS }))
}

/** Runs one minute after the other. */
function together(values: readonly number[], day = 0): readonly RunValue[] {
  return values.map((value, minute) => ({ value, startMs: day * DAY_MS + minute * 60_000 }))
}

const STEADY = [10, 10.2, 9.9, 10.1, 10]
const NOISY = [10, 11.5, 8.8, 10.6, 9.4]

describe('new runs against stored ones', () => {
  test.each([
    ['the same latency, steady runs', daily(STEADY), [10.1], 'pass', undefined],
    ['a rise of 30%, steady runs', daily(STEADY), [13], 'fail', undefined],
    ['a fall of 30%, steady runs', daily(STEADY), [7], 'pass', undefined],
    ['a rise of 12%, steady runs', daily(STEADY), [11.25], 'inconclusive', 'fail'],
    ['a rise of 8%, steady runs', daily(STEADY), [10.8], 'inconclusive', 'pass'],
    ['the same latency, noisy runs', daily(NOISY), [10], 'inconclusive', 'none'],
    ['a rise of 30%, noisy runs', daily(NOISY), [13], 'inconclusive', 'fail'],
    ['a rise to the double, noisy runs', daily(NOISY), [20], 'fail', undefined],
    ['one stored run', daily([10]), [10], 'inconclusive', 'none'],
    ['one stored run, three times as slow', daily([10]), [30], 'inconclusive', 'fail'],
    ['three stored runs, three times as slow', daily([10, 10.1, 9.9]), [30], 'fail', undefined],
    ['equal stored runs', daily([10, 10, 10, 10]), [10], 'pass', undefined],
    ['no stored run', [], [10], 'inconclusive', 'none'],
  ] as const)('%s', (_, stored, fresh, verdict, leaning) => {
    const compared = compareWithStored(stored, daily(fresh, 30), QUESTION)
    expect({ verdict: compared.verdict, leaning: compared.leaning }).toEqual({ verdict, leaning })
  })

  test('the interval contains the ratio, and the verdict follows from it', () => {
    const { ratio, bounds, provable } = compareWithStored(daily(STEADY), daily([13], 30), QUESTION)
    const [low = Number.NaN, high = Number.NaN] = bounds ?? []
    expect(ratio).toBeCloseTo(13 / 10.04, 2)
    expect(low).toBeLessThan(ratio)
    expect(high).toBeGreaterThan(ratio)
    expect(low).toBeGreaterThan(1.1)
    // A rise of exactly the provable one has its lower bound at the tolerance.
    expect((low / ratio) * (1 + (provable ?? 0))).toBeCloseTo(1.1, 10)
  })

  test('stored runs of one hour prove less about another day than about the same hour', () => {
    const sameHour = compareWithStored(together(STEADY), [{ value: 11.8, startMs: 10 * 60_000 }], QUESTION)
    const nextDay = compareWithStored(together(STEADY), daily([11.8], 1), QUESTION)
    expect([sameHour.verdict, nextDay.verdict]).toEqual(['fail', 'inconclusive'])
    expect(nextDay.sessions).toBe(1)
  })

  test('several new runs of one hour count as one', () => {
    const one = compareWithStored(daily(STEADY), daily([11.2], 30), QUESTION)
    const many = compareWithStored(daily(STEADY), together([11.2, 11.2, 11.2, 11.2], 30), QUESTION)
    expect(many.bounds).toEqual(one.bounds)
    const days = compareWithStored(daily(STEADY), daily([11.2, 11.2, 11.2, 11.2], 30), QUESTION)
    expect(days.bounds?.[0]).toBeGreaterThan(one.bounds?.[0] ?? 0)
  })

  test('scaling every run changes nothing', () => {
    const random = randomOf(5)
    for (let i = 0; i < 50; i++) {
      const values = Array.from({ length: 5 }, () => 5 + 10 * random())
      const fresh = 5 + 10 * random()
      const scaled = compareWithStored(
        daily(values.map((value) => 1_000 * value)),
        daily([1_000 * fresh], 30),
        QUESTION,
      )
      const plain = compareWithStored(daily(values), daily([fresh], 30), QUESTION)
      expect(scaled.ratio).toBeCloseTo(plain.ratio, 10)
      expect(scaled.pValue).toBeCloseTo(plain.pValue, 8)
      expect(scaled.verdict).toBe(plain.verdict)
    }
  })

  // docs/calibration/stored-baseline.md has all cells.
  test.each([0.01, 0.03, 0.08])('holds its error rates for a scatter of %d', (scatter) => {
    const random = randomOf(11)
    const draw = (): number =>
      10 * Math.exp(scatter * Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random()))
    const comparisons = 500
    let [redSame, greenSlower] = [0, 0]
    for (let i = 0; i < comparisons; i++) {
      const stored = daily([draw(), draw(), draw(), draw(), draw()])
      if (compareWithStored(stored, daily([draw()], 30), QUESTION).verdict === 'fail') redSame++
      const { verdict, leaning } = compareWithStored(stored, daily([1.3 * draw()], 30), QUESTION)
      if (verdict === 'pass' || leaning === 'pass') greenSlower++
    }
    expect(redSame / comparisons).toBeLessThanOrEqual(0.02)
    expect(greenSlower / comparisons).toBeLessThanOrEqual(0.02)
  })
})

describe('stored runs that would decide', () => {
  test.each([
    ['a clear difference', { ratio: 1.3, scatter: 0.03, runs: 4 }, 5],
    ['a smaller difference', { ratio: 1.2, scatter: 0.03, runs: 5 }, 7],
    ['runs that differ more than the change', { ratio: 1.2, scatter: 0.08, runs: 5 }, undefined],
    ['a change of the tolerance itself', { ratio: 1.1, scatter: 0.01, runs: 5 }, undefined],
  ])('%s', (_, comparison, runs) => {
    expect(runsToDecide(comparison, QUESTION)).toBe(runs)
  })
})
