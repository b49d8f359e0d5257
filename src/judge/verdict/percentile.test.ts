import { describe, expect, test } from 'vitest'

import type { LoadResult } from '../../model/result.ts'
import { eachWith, evenBatches, resultOf } from '../result.builder.ts'
import type { JudgedVerdict } from './judged-verdict.ts'
import { percentileVerdict, type PercentileQuestion } from './percentile.ts'

/** 40 batches of 100 requests, in equal parts of 10, 11 … 19 ms. */
const healthy = evenBatches(40, 100, (i) => 10 + (i % 10))

function p99(result: LoadResult, limitMs: number, more: Partial<PercentileQuestion> = {}): JudgedVerdict {
  return percentileVerdict(result, result, { percentile: 99, limitMs, ...more })
}

describe('a percentile below a limit', () => {
  test('passes with a limit above the measured value and fails below it', () => {
    const result = resultOf({ batches: healthy })
    expect(p99(result, 25).verdict).toBe('pass')
    expect(p99(result, 15).verdict).toBe('fail')
  })

  test('is judged for phases and operations by their own requests', () => {
    const [slow, fast] = [evenBatches(40, 100, () => 80), evenBatches(40, 100, () => 8)]
    const result = resultOf({ batches: [...slow, ...fast], phases: { before: [0, 40], after: [40, 80] } })
    const verdictOf = (name: string): string | undefined => {
      const phase = result.phases[name]
      return phase && percentileVerdict(phase, result, { percentile: 99, limitMs: 50 }).verdict
    }
    expect([verdictOf('before'), verdictOf('after')]).toEqual(['fail', 'pass'])
  })

  test('is counted exactly for a limit of the service level, and bracketed for any other', () => {
    // Latencies on both sides of the limit, in the limit's own bucket, which is 32 µs wide.
    const batches = evenBatches(40, 100, (i) => (i % 2 === 0 ? 50.001 : 49.999))
    const bracketed = p99(resultOf({ batches }), 50, { percentile: 40 })
    expect(bracketed.verdict).toBe('inconclusive')
    expect(bracketed.details[0]).toContain('put the limit into sla')
    const counted = resultOf({ batches, plan: { sla: { p50Ms: 50 } } })
    expect(p99(counted, 50, { percentile: 40 }).verdict).toBe('pass')
    expect(p99(counted, 50, { percentile: 60 }).verdict).toBe('fail')
  })

  test('counts one stall as about one event, however many requests it delayed', () => {
    const batches = evenBatches(40, 100, (i) => (i >= 2_000 && i < 2_045 ? 1_000 - (i - 2_000) * 10 : 10 + (i % 10)))
    expect(p99(resultOf({ batches }), 100).verdict).toBe('inconclusive')
  })

  test('passes after one pause far below the limit, with the minimum number of requests for a pass', () => {
    const pause = (perBatch: number): LoadResult =>
      resultOf({ batches: evenBatches(40, perBatch, (i) => (i >= 200 && i < 240 ? 30 : 5)) })
    expect(p99(pause(100), 31).verdict).toBe('inconclusive')
    expect(p99(pause(100), 800).verdict).toBe('inconclusive')
    const pass = p99(pause(100), 1_000)
    expect(pass.verdict).toBe('pass')
    // The number that the pass uses, not the 68 or so that the pause alone would leave.
    expect(Number(/effective ([\d\s]+)\)/.exec(pass.observed)?.[1]?.replaceAll(/\s/g, ''))).toBeGreaterThan(298)
    expect(p99(pause(7), 1_000).verdict).toBe('inconclusive')
  })

  test('fails when the target stops responding halfway', () => {
    const batches = healthy.map((batch, i) => (i < 20 ? batch : { responsesMs: [], errors: { timeout: 100 } }))
    const verdict = p99(resultOf({ batches }), 10_000)
    expect(verdict.verdict).toBe('fail')
    expect(verdict.observed).toContain('no response in time')
    expect(verdict.details).toContain('2 000 requests without a response count as over every limit')
  })

  test('does not count fast failures', () => {
    const batches = eachWith(healthy, () => ({ errors: { 'http-5xx': 300 } }))
    expect(p99(resultOf({ batches }), 25).verdict).toBe('pass')
    expect(p99(resultOf({ batches }), 15).verdict).toBe('fail')
  })

  test('is not passed with requests that a stop cancelled, which do not prove a fail either', () => {
    const batches = eachWith(healthy, () => ({ errors: { cancelled: 10 } }))
    expect(p99(resultOf({ batches }), 25).verdict).toBe('inconclusive')
    const unsent = eachWith(healthy, () => ({ dropped: { stopped: 10 } }))
    expect(p99(resultOf({ batches: unsent }), 25).verdict).toBe('inconclusive')
  })

  test('of the service time fails when requests did not wait but were served slowly', () => {
    const result = resultOf({ batches: healthy, serviceMs: (ms) => ms / 2 })
    expect(p99(result, 12, { of: 'service' }).verdict).toBe('pass')
    expect(p99(result, 12).verdict).toBe('fail')
  })

  test('of the service time is inconclusive when one request in ten was never sent', () => {
    const batches = eachWith(healthy, () => ({ dropped: { overflow: 10 } }))
    const verdict = p99(resultOf({ batches }), 25, { of: 'service' })
    expect(verdict).toMatchObject({ verdict: 'inconclusive', leaning: 'none' })
    expect(verdict.reason).toBe('cannot be judged: 400 requests were never sent')
  })

  test.each([30, 45])(
    'of the service time leans to a pass when %d requests were never sent and the others prove it',
    (dropped) => {
      const batches = eachWith(healthy, (i) => (i < dropped - 10 ? { dropped: { overflow: i < 10 ? 2 : 1 } } : {}))
      const result = resultOf({ batches })
      expect(result.dropped).toBe(dropped)
      expect(p99(result, 25, { of: 'service' })).toMatchObject({
        verdict: 'inconclusive',
        leaning: 'pass',
        reason: `cannot be judged: ${dropped} requests were never sent`,
      })
      expect(p99(result, 15, { of: 'service' })).toMatchObject({ verdict: 'fail' })
    },
  )

  test('names the exact count of the service level only for response times', () => {
    const result = resultOf({ batches: evenBatches(40, 100, (i) => (i % 2 === 0 ? 50.001 : 49.999)) })
    const detail = (of: 'response' | 'service') => p99(result, 50, { percentile: 40, of }).details[0]
    expect(detail('response')).toContain('either side: put the limit into sla')
    expect(detail('service')).toMatch(/either side: move the limit$/)
  })

  test('does not take cancelled requests for requests on the limit', () => {
    const cancelled = resultOf({ batches: eachWith(healthy, () => ({ errors: { cancelled: 10 } })) })
    const verdict = p99(cancelled, 25)
    expect(verdict.details.join()).not.toContain('of the limit')
    // Longer than this run, which did not decide.
    expect(verdict).toMatchObject({ verdict: 'inconclusive', adviceMs: 11_000 })
  })

  test('blames the target if its service time alone is over the limit, however late the generator was', () => {
    const late = resultOf({ batches: evenBatches(40, 100, () => 8), lagMs: () => 3 })
    expect(p99(late, 4).details).toContain('service time p99 5.00 ms: the target itself was slow')
    expect(p99(late, 6).details.join()).not.toContain('the target itself was slow')
  })

  test('needs more requests for a higher confidence', () => {
    const result = resultOf({ batches: evenBatches(40, 10, () => 10) })
    expect(p99(result, 20).verdict).toBe('pass')
    expect(p99(result, 20, { confidence: 0.99 }).verdict).toBe('inconclusive')
  })

  test('leans in less than 10 s, and fails there only with a clear breach', () => {
    const result = resultOf({ batches: evenBatches(39, 1_000, (i) => (i % 10 === 0 ? 20 : 10)) })
    expect(p99(result, 50)).toMatchObject({ verdict: 'inconclusive', leaning: 'pass' })
    expect(p99(result, 15)).toMatchObject({ verdict: 'inconclusive', leaning: 'fail' })
    expect(p99(result, 5)).toMatchObject({ verdict: 'fail', reasons: [{ code: 'all-requests-wrong' }] })
  })

  test('is inconclusive when fewer than 20 batches have requests', () => {
    const result = resultOf({ batches: evenBatches(19, 1_000, (i) => (i % 10 === 0 ? 20 : 10)), batchMs: 1_000 })
    const verdict = p99(result, 50)
    expect(verdict).toMatchObject({ verdict: 'inconclusive', leaning: 'pass' })
    expect(verdict.reasons).toEqual([{ code: 'few-batches', batches: 19, requiredBatches: 20 }])
    expect(verdict.adviceMs).toBe(20_000)
    const sparse = resultOf({ batches: eachWith(healthy, (i) => (i % 8 === 0 ? {} : { responsesMs: [] })) })
    expect(p99(sparse, 50)).toMatchObject({ reasons: [{ code: 'few-batches', batches: 5 }], adviceMs: 40_000 })
  })

  test('advises a longer run than this one, which did not decide', () => {
    // 3 of 50 independent requests would prove a fail.
    const few = resultOf({ batches: evenBatches(50, 1, (i) => (i % 20 === 5 ? 90 : 10)) })
    expect(p99(few, 50)).toMatchObject({ verdict: 'inconclusive', adviceMs: 25_000 })
  })

  test('distinguishes a limit close to the observation from a proof that would take more than a day', () => {
    const near = resultOf({ batches: evenBatches(40, 100, (i) => (i % 100 === 0 ? 90 : 10)) })
    expect(p99(near, 50).advice).toContain('so close to the limit')
    // 1.5 req/s, and slow responses in every second minute only.
    const slow = resultOf({ batches: evenBatches(40, 30, (i) => (i % 180 < 90 ? 40 : 10)), batchMs: 20_000 })
    expect(p99(slow, 50, { percentile: 99.9 })).toMatchObject({
      verdict: 'inconclusive',
      advice:
        'a proof would take more than a day: the run varies too slowly, or the limit is too strict; exclude the start with warmUp, or assert a lower percentile',
      adviceMs: Number.POSITIVE_INFINITY,
    })
  })
})
