import { expect, test } from 'vitest'
import { type BatchCase, evenBatches, resultOf } from '../result.builder.ts'
import { latencyOver } from './latency-blocks.ts'

/** 40 batches of 10 requests; the last 10 batches are slower. */
const read = resultOf({ batches: evenBatches(40, 10, (i) => (i < 300 ? 1 + (i % 10) : 100)) })
const failing: BatchCase = { responsesMs: [1], errors: { 'http-5xx': 2 }, dropped: { overflow: 1 } }
const write = resultOf({ batches: Array.from({ length: 40 }, (_, i) => (i < 2 ? failing : { responsesMs: [] })) })
const run = resultOf({
  batches: [],
  rest: { operations: { 'http small read': read, 'http small write': write, 'tcp small read': read } },
})

test('splits the operations over a protocol into 20 blocks of time', () => {
  const { latency, works, figures } = latencyOver('http', run)
  expect(works.map(({ work }) => work)).toEqual(['small read', 'small write'])
  const [reads, writes] = works
  expect(reads?.p50Ms).toHaveLength(20)
  expect(reads?.p50Ms.map((ms) => Math.round(ms ?? -1))).toEqual([...Array(15).fill(5), ...Array(5).fill(100)])
  // A failed request is slower than any other, and a block without requests has no percentile.
  expect(writes?.p50Ms).toEqual([Number.POSITIVE_INFINITY, ...Array(19).fill(null)])
  expect(latency.p95Ms[0]).toBe(Number.POSITIVE_INFINITY)
  expect(latency.p95Ms[1]).toBeCloseTo(10, 1)
  expect(figures).toMatchObject([
    { work: 'small read', requests: 400 },
    { work: 'small write', requests: 8, p50Ms: expect.closeTo(1, 1) },
  ])
})

test('contains nothing of other protocols', () => {
  expect(latencyOver('mcp', run)).toMatchObject({ works: [], figures: [] })
  expect(latencyOver('mcp', run).latency.p50Ms).toEqual(Array(20).fill(null))
})

test('includes the request of a user who gave it no name', () => {
  const unnamed = resultOf({ batches: [], rest: { operations: { http: read, https: write } } })
  expect(latencyOver('http', unnamed).figures).toMatchObject([{ work: 'request', requests: 400 }])
})
