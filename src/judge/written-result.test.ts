import { expect, test } from 'vitest'
import { evenBatches, resultOf } from './result.builder.ts'
import { withCompleteParts } from '../model/repeated-figures.ts'
import type { SlowRequest } from '../model/trace.ts'
import { writtenResult } from '../model/written-result.ts'

const result = resultOf({
  batches: evenBatches(20, 25, (i) => 10 + (i % 40)),
  phases: { all: [0, 20], last: [10, 20] },
})
const written = writtenResult(result)

test('takes a fraction of the space', () => {
  expect(JSON.stringify(written).length).toBeLessThan(0.5 * JSON.stringify(result).length)
})

test('keeps the histogram of the run and of each phase that is a part of it', () => {
  expect(written.responseTime).toEqual(result.responseTime)
  expect(written.phases['last']?.responseTime).toEqual(result.phases['last']?.responseTime)
})

test('keeps the percentiles of intervals without their histograms', () => {
  for (const [i, { responseTime }] of written.intervals.entries()) {
    expect(responseTime).not.toHaveProperty('histogram')
    expect({ ...responseTime, histogram: result.intervals[i]?.responseTime.histogram }).toEqual(
      result.intervals[i]?.responseTime,
    )
  }
})

test('does not repeat the times of the run in an operation or a phase that is all of it', () => {
  for (const part of [written.operations['GET /'], written.phases['all']]) {
    expect([part?.responseTime.histogram, part?.batches.responseTime, part?.responseTime.p99Ms]).toEqual([
      '',
      '',
      result.responseTime.p99Ms,
    ])
  }
  const complete = withCompleteParts(written)
  expect(complete.operations['GET /']?.responseTime).toEqual(result.responseTime)
  expect(complete.operations['GET /']?.batches.responseTime).toBe(written.batches.responseTime)
  expect(withCompleteParts(result)).toBe(result)
})

test('keeps five of the slowest requests and two of each error class', () => {
  const request = (because: SlowRequest['because'], errorClass?: 'timeout' | 'connect'): SlowRequest => ({
    traceId: '',
    spanId: '',
    because,
    name: 'GET',
    operation: 'read',
    requestId: 1,
    responseMs: 1,
    serviceMs: 1,
    intendedMs: 0,
    dueMs: 0,
    sentMs: 0,
    doneMs: 1,
    ...(errorClass !== undefined && { errorClass }),
  })
  const slowest = [
    ...Array.from({ length: 9 }, () => request('slowest')),
    ...Array.from({ length: 3 }, () => request('failed', 'timeout')),
    request('failed', 'connect'),
    request('ordinary'),
  ]
  const kept = writtenResult({ ...result, slowest }).slowest.map(({ because, errorClass }) => errorClass ?? because)
  expect(kept).toEqual([...Array<string>(5).fill('slowest'), 'timeout', 'timeout', 'connect'])
})
