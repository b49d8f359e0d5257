import { describe, expect, test } from 'vitest'
import { isSampled, spanIdOf, traceIdOf } from '../../model/trace.ts'
import { createTraceIds } from './trace-ids.ts'

const VALID = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[01]$/

describe('createTraceIds', () => {
  test('creates valid contexts with a unique trace id each', () => {
    const ids = createTraceIds('slowest')
    const contexts = Array.from({ length: 20_000 }, () => ids.root(true))
    for (const context of contexts) expect(context).toMatch(VALID)
    expect(new Set(contexts.map(traceIdOf)).size).toBe(contexts.length)
    expect(contexts.every(isSampled)).toBe(true)
  })

  test('creates different ids in every run', () => {
    const prefix = (context: string): string => traceIdOf(context).slice(0, 16)
    expect(prefix(createTraceIds('all').root(true))).not.toBe(prefix(createTraceIds('all').root(true)))
  })

  test('creates a child in the same trace, with a new span id and the flag of its parent', () => {
    const ids = createTraceIds('all')
    for (const sampled of [true, false]) {
      const parent = ids.root(sampled)
      const child = ids.child(parent)
      expect(child).toMatch(VALID)
      expect(traceIdOf(child)).toBe(traceIdOf(parent))
      expect(spanIdOf(child)).not.toBe(spanIdOf(parent))
      expect(isSampled(child)).toBe(sampled)
    }
  })

  test('clears the sampled flag of requests that are not recorded', () => {
    expect(isSampled(createTraceIds('slowest').root(false))).toBe(false)
  })

  test('samples by ratio, decided by the end of the trace id', () => {
    const ids = createTraceIds(0.2)
    const contexts = Array.from({ length: 10_000 }, () => ids.root(true))
    const sampled = contexts.filter(isSampled)
    // Five standard deviations of 10 000 draws.
    expect(Math.abs(sampled.length - 2_000)).toBeLessThan(200)
    for (const context of contexts) {
      expect(isSampled(context)).toBe(Number.parseInt(traceIdOf(context).slice(-8), 16) < 0.2 * 2 ** 32)
    }
  })
})
