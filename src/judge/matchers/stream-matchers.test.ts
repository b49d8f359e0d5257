import { describe, expect, test } from 'vitest'
import type { LoadResult } from '../../model/result.ts'
import { judge } from '../outcome.ts'
import { eachWith, evenBatches, resultOf } from '../result.builder.ts'
import { matchers } from './index.ts'
import { call } from './matchers.conformance.ts'

/** A run whose response times are used as the times of its streams, too. */
function streaming(batches: Parameters<typeof resultOf>[0]['batches']): LoadResult {
  const run = resultOf({ batches })
  const times = {
    firstMessageTime: run.responseTime,
    messageGap: run.responseTime,
    batches: {
      ...run.batches,
      firstMessageTime: run.batches.responseTime,
      messageGap: run.batches.responseTime,
    },
  }
  return { ...run, ...times, operations: { events: Object.assign({}, run.operations['GET /'], times) } }
}

const steady = streaming(evenBatches(48, 50, (i) => 10 + (i % 10)))
const slow = streaming(evenBatches(48, 50, (i) => 90 + (i % 10)))

describe.each([
  ['toHaveFirstMessageP95Below', 'p95 time to first message'],
  ['toHaveMessageGapP99Below', 'p99 gap between messages'],
] as const)('%s', (name, claim) => {
  test('passes when its claim holds, for the result and for its operation', () => {
    expect(call(name, steady, [25])).toMatchObject({ verdict: 'pass', claim: `${claim} below 25 ms` })
    expect(call(name, steady.operations['events'], [25])).toMatchObject({
      verdict: 'pass',
      claim: `${claim} of operation "events" below 25 ms`,
    })
  })

  test('fails when its claim does not hold', () => {
    expect(call(name, slow, [25])).toMatchObject({ verdict: 'fail' })
    const short = streaming(evenBatches(8, 5, (i) => 10 + (i % 10)))
    expect(call(name, short, [25])).toMatchObject({ verdict: 'inconclusive' })
  })

  test('says what to do if no response streamed', () => {
    expect(() => call(name, resultOf({ batches: evenBatches(40, 10, () => 5) }), [25])).toThrow(
      /set stream: 'sse' or 'chunks' in the request; WebSocket and TCP: set replies to 2 or more/,
    )
  })

  test('is invalid if no request succeeded', () => {
    const failing = resultOf({
      batches: Array.from({ length: 40 }, () => ({ responsesMs: [], errors: { connect: 5 } })),
    })
    expect(call(name, failing, [25])).toMatchObject({ verdict: 'invalid', reason: 'nothing was measured' })
  })

  test('rejects a limit that is not a positive number, and the option of', () => {
    expect(() => call(name, steady, ['25'])).toThrow(/takes a number of milliseconds greater than 0/)
    expect(() => call(name, steady, [25, { of: 'service' }])).toThrow(/has no option 'of'/)
  })
})

test('toHaveFirstMessageP95Below counts requests without a response as over the limit', () => {
  const batches = eachWith(
    evenBatches(48, 50, () => 10),
    () => ({ errors: { timeout: 10 } }),
  )
  expect(matchers.toHaveFirstMessageP95Below(streaming(batches), 25).verdict).toBe('fail')
  expect(matchers.toHaveMessageGapP99Below(streaming(batches), 25).verdict).toBe('pass')
})

test('toHaveMessageGapP99Below counts gaps', () => {
  const short = streaming(evenBatches(8, 5, (i) => 10 + (i % 10)))
  const text = judge(matchers.toHaveMessageGapP99Below(short, 99), false, 'fail').message()
  expect(text).toContain('is not proven by 40 gaps in 2 s')
  expect(text).toContain('a p99 needs at least 100 gaps, this run has 40')
})

test('a late generator is not a slow stream', () => {
  const late = streaming(
    eachWith(
      evenBatches(48, 50, () => 10),
      (i) => (i === 20 ? { generatorLagMs: 400, responsesMs: Array.from({ length: 500 }, () => 300) } : {}),
    ),
  )
  expect(matchers.toHaveMessageGapP99Below(late, 50)).toMatchObject({ verdict: 'invalid' })
  const { generatorLagMs: _, ...batches } = late.batches
  expect(matchers.toHaveMessageGapP99Below({ ...late, batches }, 50)).toMatchObject({
    verdict: 'inconclusive',
    leaning: 'fail',
  })
})
