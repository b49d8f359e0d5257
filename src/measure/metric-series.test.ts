import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MetricFigures } from '../model/metric.ts'
import { decodeValues } from '../model/hdr-codec.ts'
import { Collector } from './collector.ts'
import { Recorder } from './recorder.ts'
import { total } from './samples.builder.ts'

interface Value {
  readonly thread: number
  readonly atMs: number
  readonly value: number
  readonly unit?: string
}

/** Records values in the threads of a run of `endMs` and returns its collector. */
function collected(values: readonly Value[], threads: number, endMs: number): Collector {
  const collector = new Collector(threads, [], endMs)
  for (let thread = 0; thread < threads; thread++) {
    const recorder = new Recorder([])
    for (const { atMs, value, unit } of values.filter((each) => each.thread === thread)) {
      recorder.rollTo(atMs)
      recorder.metrics.record('size', value, unit === undefined ? undefined : { unit }, true)
    }
    recorder.rollTo(endMs)
    recorder.finish()
    collector.add(thread, recorder.takeFinished())
    collector.end(thread, endMs)
  }
  return collector
}

function countsIn({ batches, resolution }: MetricFigures): readonly number[] {
  return batches.values.map((text) => total(Array.from(decodeValues(text, resolution).counts)))
}

const END_MS = 30_000
const times = fc.array(fc.nat(END_MS - 1), { minLength: 1, maxLength: 200, size: 'max' })
const arbitraryValues = fc
  .tuple(times, fc.infiniteStream(fc.double({ min: 0, max: 1e6, noNaN: true })))
  .map(([atMs, numbers]) =>
    atMs.toSorted((a, b) => a - b).map((at, i) => ({ thread: i % 3, atMs: at, value: numbers.next().value })),
  )

test('several threads add up to the figures of one, and batches contain every value once', () => {
  fc.assert(
    fc.property(arbitraryValues, (values) => {
      const { size: split } = collected(values, 3, END_MS).metrics()
      const alone = values.map((each) => ({ ...each, thread: 0 }))
      const { size: whole } = collected(alone, 1, END_MS).metrics()
      if (split === undefined || whole === undefined) return expect.unreachable()
      const { mean, stddev, ...exact } = split
      expect(exact).toEqual({ ...whole, mean: undefined, stddev: undefined })
      expect(mean).toBeCloseTo(whole.mean, 6)
      expect(stddev).toBeCloseTo(whole.stddev, 3)
      expect(total(countsIn(split))).toBe(values.length)
      expect(split.min).toBe(Math.min(...values.map(({ value }) => value)))
      expect(split.max).toBe(Math.max(...values.map(({ value }) => value)))
    }),
    { numRuns: 15 },
  )
})

test('a value belongs to the batch of its time', () => {
  const values = [0, 250, 260, 910].map((atMs) => ({ thread: 0, atMs: 500 + atMs, value: 1 }))
  const { size } = collected(values, 1, 2_000).metrics()
  expect(size?.batches).toMatchObject({ startMs: 500, lengthMs: 100 })
  expect(size && countsIn(size)).toEqual([1, 0, 2, 0, 0, 0, 0, 0, 0, 1])
})

test('whole numbers have exact percentiles, and the unit is that of any call', () => {
  const values = Array.from({ length: 100 }, (_, i) => ({ thread: i % 2, atMs: 10 * i, value: i + 1 }))
  const [last] = values.splice(-1)
  if (last === undefined) return expect.unreachable()
  const { size } = collected([...values, { ...last, unit: 'items' }], 2, 1_000).metrics()
  expect(size).toMatchObject({ unit: 'items', count: 100, min: 1, p50: 50, p95: 95, p99: 99, p999: 100, max: 100 })
})

test('keeps the first of two units that threads recorded, and reports the other', () => {
  const collector = collected(
    [
      { thread: 0, atMs: 0, value: 1, unit: 'kB' },
      { thread: 1, atMs: 500, value: 1_024, unit: 'bytes' },
    ],
    2,
    1_000,
  )
  expect(collector.metrics().size).toMatchObject({ unit: 'kB', count: 1, max: 1 })
  expect(collector.unitConflicts).toEqual([{ name: 'size', unit: 'kB', otherUnit: 'bytes' }])
})

test('a run without metrics has none', () => {
  expect(collected([], 2, 1_000).metrics()).toEqual({})
})
