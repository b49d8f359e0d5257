import { expect, test } from 'vitest'
import { evenStretches, resultOf } from '../judge/result.case.ts'
import { percentileVerdict } from '../judge/verdict/percentile.ts'
import { expectationOf } from './scenarios.ts'

function expectation(seconds: number): ReturnType<typeof expectationOf> {
  const result = resultOf({ stretches: evenStretches(4 * seconds, 5, () => 300) })
  return expectationOf(percentileVerdict(result, result, { percentile: 99, limitMs: 310 }))
}

test('an expectation that is not proven says why, and what would prove it', () => {
  expect(expectation(8)).toMatchObject({
    verdict: 'inconclusive',
    leaning: 'pass',
    reason: 'is not proven by 160 requests in 8 s',
    advice: expect.stringMatching(/^about .* more requests would decide: duration: '/u),
  })
})

test('an expectation of too few requests says how many are needed', () => {
  expect(expectation(2)).toMatchObject({
    verdict: 'inconclusive',
    leaning: 'none',
    advice: expect.stringContaining('a p99 needs at least 100 requests, this run has 40'),
  })
})

test('an expectation that is proven needs no advice', () => {
  expect(expectation(60)).not.toHaveProperty('advice')
})
