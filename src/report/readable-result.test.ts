import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { LoadResult } from '../model/result.ts'
import { makeReadable } from './readable-result.ts'
import { summary } from './result-summary.ts'
import { resultOf } from './run-record.builder.ts'

/** A result with parts, none of which belongs to another one. */
function plainResult(): LoadResult {
  const { type: _, ...part } = resultOf()
  const phase = { ...part, startMs: 0, endMs: 1_000 }
  const copies = structuredClone({ operations: { create: part }, phases: { ramp: phase } })
  return structuredClone({ ...resultOf(copies), journeys: structuredClone(part) })
}

describe('a readable result', () => {
  test('is inspected as its summary, also inside other values', () => {
    const result = makeReadable(plainResult())
    expect(inspect(result)).toBe(summary(result))
    expect(inspect({ result })).toContain('offered 500 journeys/s, achieved 500 journeys/s (500 req/s)')
  })

  test('has parts that are inspected as text', () => {
    const { operations, phases, responseTime, queueTime, batches } = makeReadable(plainResult())
    expect(inspect(operations)).toContain('operation "create" of checkout API > holds 500 req/s\n')
    expect(inspect(phases['ramp'])).toMatch(/^phase "ramp" of checkout API > holds 500 req\/s\n {2}rate /)
    expect(inspect(responseTime)).toBe(
      '14 997 values: min 9.10, mean 14.0, p50 12.1, p95 40.2, p99 83.2, p99.9 120, max 144 ms',
    )
    expect(inspect(queueTime)).toBe('nothing measured')
    expect(inspect(batches)).toBe('0 batches of 1 s')
  })

  test('equals a plain one, and can be cloned, frozen and written as JSON', () => {
    const result = Object.freeze(makeReadable(plainResult()))
    expect(result).toEqual(plainResult())
    expect(result).toStrictEqual(plainResult())
    expect(structuredClone(result)).toEqual(plainResult())
    expect(JSON.stringify(result)).toBe(JSON.stringify(plainResult()))
    expect(Object.getOwnPropertySymbols({ ...result })).toEqual([])
  })

  test('can be a changed copy of a frozen one', () => {
    const frozen = Object.freeze(makeReadable(plainResult()))
    const copy = makeReadable({ ...frozen, ended: 'interrupted' })
    expect(inspect(copy)).toContain('INTERRUPTED')
    expect(inspect(frozen)).not.toContain('INTERRUPTED')
  })
})
