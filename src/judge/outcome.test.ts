import { describe, expect, test } from 'vitest'

import { judge, keptVerdict } from './outcome.ts'
import type { OnInconclusive } from '../model/plan.ts'
import type { JudgedVerdict } from './verdict/judged-verdict.ts'

const said = { claim: 'it holds', contrary: 'it does not hold', observed: 'seen', details: ['first', 'second'] }
const verdicts = {
  pass: { ...said, verdict: 'pass' },
  fail: { ...said, verdict: 'fail' },
  inconclusive: { ...said, verdict: 'inconclusive', leaning: 'fail', reason: 'is not proven by 3 requests in 10 s' },
  invalid: { ...said, verdict: 'invalid', reason: 'nothing was measured' },
} as const satisfies Record<string, JudgedVerdict>

/** Color in which a host shows the outcome. */
function colour(verdict: JudgedVerdict, isNot: boolean, onInconclusive: OnInconclusive = 'lean'): string {
  return judge(verdict, isNot, onInconclusive).pass === isNot ? 'red' : 'green'
}

describe('the outcome of a verdict', () => {
  test('is green for a pass and red for a fail, and the reverse with .not', () => {
    expect([colour(verdicts.pass, false), colour(verdicts.fail, false)]).toEqual(['green', 'red'])
    expect([colour(verdicts.pass, true), colour(verdicts.fail, true)]).toEqual(['red', 'green'])
  })

  test('is red for an invalid verdict with every policy', () => {
    for (const isNot of [false, true]) {
      for (const policy of ['lean', 'fail', 'warn'] as const) {
        expect(colour(verdicts.invalid, isNot, policy)).toBe('red')
      }
    }
  })

  test('is red with and without .not for a fail that an aborted run did not prove', () => {
    const aborted: JudgedVerdict = { ...verdicts.fail, reason: 'the run was aborted', isUndecided: true }
    expect([colour(aborted, false), colour(aborted, true)]).toEqual(['red', 'red'])
    expect(judge(aborted, false, 'lean').message()).toMatch(/^expected it holds, was seen: the run was aborted\n/)
    expect(judge(aborted, true, 'lean').message()).toMatch(
      /^invalid: it does not hold cannot be judged: the run was aborted\n {2}was seen\n/,
    )
    expect([keptVerdict(aborted, false).verdict, keptVerdict(aborted, true).verdict]).toEqual(['fail', 'invalid'])
  })

  test.each([
    ['lean', 'pass', 'green', 'red'],
    ['lean', 'fail', 'red', 'green'],
    ['lean', 'none', 'red', 'red'],
    ['fail', 'pass', 'red', 'red'],
    ['fail', 'fail', 'red', 'red'],
    ['fail', 'none', 'red', 'red'],
    ['warn', 'pass', 'green', 'red'],
    ['warn', 'fail', 'red', 'green'],
    ['warn', 'none', 'green', 'green'],
  ] as const)('with onInconclusive %s and leaning %s is %s, and %s with .not', (policy, leaning, plain, negated) => {
    const verdict: JudgedVerdict = { ...verdicts.inconclusive, leaning }
    expect([colour(verdict, false, policy), colour(verdict, true, policy)]).toEqual([plain, negated])
  })

  test('has a short note when a test is green without proof, and all details with warn', () => {
    const verdict: JudgedVerdict = { ...verdicts.inconclusive, leaning: 'pass', advice: "duration: '30s'" }
    expect(judge(verdict, false, 'lean').note).toBe(
      "inconclusive: it holds is not proven by 3 requests in 10 s (leans to pass)\n  was seen\n  duration: '30s'",
    )
    const warned = judge(verdict, false, 'warn')
    expect(warned.note).toBe(warned.message())
    expect(judge(verdict, true, 'lean').note).toBeUndefined()
    expect(judge(verdict, false, 'fail').note).toBeUndefined()
    expect(judge(verdicts.pass, false, 'lean').note).toBeUndefined()
  })

  test.each([
    ['pass', false, 'it holds, was seen'],
    ['pass', true, 'expected it does not hold, was seen'],
    ['fail', false, 'expected it holds, was seen'],
    ['fail', true, 'it does not hold, was seen'],
    ['inconclusive', false, 'inconclusive: it holds is not proven by 3 requests in 10 s (leans to fail)\n  was seen'],
    [
      'inconclusive',
      true,
      'inconclusive: it does not hold is not proven by 3 requests in 10 s (leans to pass)\n  was seen',
    ],
    ['invalid', false, 'invalid: it holds cannot be judged: nothing was measured\n  was seen'],
    ['invalid', true, 'invalid: it does not hold cannot be judged: nothing was measured\n  was seen'],
  ] as const)('formats %s with .not %s', (verdict, isNot, firstLines) => {
    expect(judge(verdicts[verdict], isNot, 'fail').message()).toBe(`${firstLines}\n  first\n  second`)
  })
})

describe('the record of a verdict', () => {
  const explained: JudgedVerdict = { ...verdicts.fail, why: 'second' }

  test('keeps the line that explains it, but not for a pass', () => {
    expect(keptVerdict(explained, false)).toMatchObject({ verdict: 'fail', why: 'second' })
    expect(keptVerdict(explained, true)).toEqual({ verdict: 'pass', message: judge(explained, true, 'lean').message() })
  })

  test('inverts the leaning with .not', () => {
    expect(keptVerdict(verdicts.inconclusive, true)).toMatchObject({ verdict: 'inconclusive', leaning: 'pass' })
  })
})
