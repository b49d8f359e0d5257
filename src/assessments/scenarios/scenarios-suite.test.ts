import { expect, test } from 'vitest'
import { evenStretches, resultOf } from '../../judge/result.builder.ts'
import { percentileVerdict } from '../../judge/verdict/percentile.ts'
import { expectationOf } from './scenarios-suite.ts'

function expectation(seconds: number): ReturnType<typeof expectationOf> {
  const result = resultOf({ stretches: evenStretches(4 * seconds, 5, () => 300) })
  return expectationOf(percentileVerdict(result, result, { percentile: 99, limitMs: 310 }))
}

test('states why an expectation is not proven, and what would prove it', () => {
  expect(expectation(8)).toMatchObject({
    verdict: 'inconclusive',
    leaning: 'pass',
    reason: 'is not proven by 160 requests in 8 s',
    advice: expect.stringMatching(/^about .* more requests would decide: duration: '/u),
  })
})

test('states how many requests an expectation needs', () => {
  expect(expectation(2)).toMatchObject({
    verdict: 'inconclusive',
    leaning: 'none',
    advice: expect.stringContaining('a p99 needs at least 100 requests, this run has 40'),
  })
})

test('gives no advice for a proven expectation', () => {
  expect(expectation(60)).not.toHaveProperty('advice')
})
