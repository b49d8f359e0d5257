import { describe, expect, test } from 'vitest'

import { judge } from './outcome.ts'
import type { JudgedVerdict } from './verdict/judged-verdict.ts'

const said = { claim: 'it holds', contrary: 'it does not hold', observed: 'seen', details: ['first', 'second'] }
const verdicts = {
  pass: { ...said, verdict: 'pass' },
  fail: { ...said, verdict: 'fail' },
  inconclusive: { ...said, verdict: 'inconclusive', reason: 'cannot be told from 3 requests' },
  invalid: { ...said, verdict: 'invalid', reason: 'nothing was measured' },
} as const satisfies Record<string, JudgedVerdict>

/** What a host makes of an outcome. */
function colour(verdict: JudgedVerdict, isNot: boolean, onInconclusive: 'fail' | 'warn' = 'fail'): string {
  return judge(verdict, isNot, onInconclusive).pass === isNot ? 'red' : 'green'
}

describe('the outcome of a verdict', () => {
  test('is green for a pass and red for a fail, and the other way round with .not', () => {
    expect([colour(verdicts.pass, false), colour(verdicts.fail, false)]).toEqual(['green', 'red'])
    expect([colour(verdicts.pass, true), colour(verdicts.fail, true)]).toEqual(['red', 'green'])
  })

  test('is red for inconclusive and invalid, with and without .not', () => {
    for (const isNot of [false, true]) {
      expect([colour(verdicts.inconclusive, isNot), colour(verdicts.invalid, isNot)]).toEqual(['red', 'red'])
    }
  })

  test('is a warning where inconclusive is asked to be one; invalid stays red', () => {
    for (const isNot of [false, true]) {
      expect([colour(verdicts.inconclusive, isNot, 'warn'), colour(verdicts.invalid, isNot, 'warn')]).toEqual([
        'green',
        'red',
      ])
      const outcome = judge(verdicts.inconclusive, isNot, 'warn')
      expect(outcome.warning).toBe(outcome.message())
    }
    expect(judge(verdicts.inconclusive, false, 'fail').warning).toBeUndefined()
    expect(judge(verdicts.pass, false, 'warn').warning).toBeUndefined()
  })

  test.each([
    ['pass', false, 'it holds, was seen'],
    ['pass', true, 'expected it does not hold, was seen'],
    ['fail', false, 'expected it holds, was seen'],
    ['fail', true, 'it does not hold, was seen'],
    ['inconclusive', false, 'inconclusive: it holds cannot be told from 3 requests\n  was seen'],
    ['inconclusive', true, 'inconclusive: it does not hold cannot be told from 3 requests\n  was seen'],
    ['invalid', false, 'invalid: it holds cannot be judged: nothing was measured\n  was seen'],
    ['invalid', true, 'invalid: it does not hold cannot be judged: nothing was measured\n  was seen'],
  ] as const)('words %s with .not %s', (verdict, isNot, firstLines) => {
    expect(judge(verdicts[verdict], isNot, 'fail').message()).toBe(`${firstLines}\n  first\n  second`)
  })
})
