import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeHdr } from '../model/hdr-codec.ts'
import type { Batches, BatchTimes } from '../model/figures.ts'
import { BatchSeries } from './batches.ts'
import { sampleOf, total } from './samples.builder.ts'
import { Tally, type TallyDelta } from './tally.ts'

interface Slice {
  readonly arrivals: number
  readonly successes: number
  readonly timeouts: number
  readonly refusals: number
  readonly dropped: number
  readonly latencyMs: number
}

/** Returns one slice in which the given numbers of requests were due and ended. */
function deltaOf({ arrivals, successes, timeouts, refusals, dropped, latencyMs }: Slice): TallyDelta {
  const tally = new Tally([])
  for (let i = 0; i < arrivals; i++) tally.arrive(latencyMs / 2)
  const settle = (count: number, parts: Parameters<typeof sampleOf>[0]): void => {
    for (let i = 0; i < count; i++) tally.settle(sampleOf({ ...parts, doneMs: latencyMs }))
  }
  settle(successes, {})
  settle(timeouts, { fate: 'error', errorClass: 'timeout' })
  settle(refusals, { fate: 'error', errorClass: 'http-5xx' })
  settle(dropped, { fate: 'dropped', dropReason: 'overflow' })
  return tally.take()
}

const few = fc.nat(3)
const slices = fc.array(
  fc.record({
    arrivals: few,
    successes: few,
    timeouts: few,
    refusals: few,
    dropped: few,
    latencyMs: fc.double({ min: 0, max: 5_000, noNaN: true }),
  }),
  { minLength: 1, maxLength: 200, size: 'max' },
)

function seriesOf(given: readonly Slice[]): Batches {
  const series = new BatchSeries(0)
  for (const slice of given) series.add(deltaOf(slice))
  return series.toJSON()
}

function countsIn(encoded: BatchTimes): number {
  return total([encoded].flat().map((text) => total(Array.from(decodeHdr(text).counts))))
}

test('merging adjacent batches keeps every sum', () => {
  fc.assert(
    fc.property(slices, (given) => {
      const batches = seriesOf(given)
      const sumOf = (read: (slice: Slice) => number): number => total(given.map(read))
      expect(total(batches.arrivals)).toBe(sumOf(({ arrivals }) => arrivals))
      expect(total(batches.successes)).toBe(sumOf(({ successes }) => successes))
      expect(total(batches.errors)).toBe(sumOf(({ timeouts, refusals }) => timeouts + refusals))
      expect(total(batches.dropped)).toBe(sumOf(({ dropped }) => dropped))
      expect(total(batches.unanswered)).toBe(sumOf(({ timeouts, dropped }) => timeouts + dropped))
      for (const name of ['responseTime', 'serviceTime', 'targetTime'] as const) {
        expect(countsIn(batches[name])).toBe(sumOf(({ successes }) => successes))
      }
    }),
    { numRuns: 30 },
  )
})

test('merging adjacent batches keeps the largest lateness of both', () => {
  const series = new BatchSeries(0)
  const slice = { arrivals: 1, successes: 1, timeouts: 0, refusals: 0, dropped: 0 }
  for (let i = 0; i < 65; i++) series.add(deltaOf({ ...slice, latencyMs: i === 21 ? 400 : 2 }))
  const { generatorLagMs = [] } = series.toJSON()
  expect(generatorLagMs).toEqual(Array.from({ length: 33 }, (_, batch) => (batch === 10 ? 200 : 1)))
})

test('the in-flight count of a batch is that at the end of its last slice', () => {
  fc.assert(
    fc.property(slices, (given) => {
      const { lengthMs, inFlight } = seriesOf(given)
      let running = 0
      const after = given.map(
        (slice) => (running += slice.arrivals - slice.successes - slice.timeouts - slice.refusals - slice.dropped),
      )
      const perBatch = lengthMs / 100
      expect(inFlight).toEqual(inFlight.map((_, i) => after[Math.min((i + 1) * perBatch, given.length) - 1]))
    }),
    { numRuns: 30 },
  )
})

test('keeps at most 64 batches, and at least 32 once there were that many', () => {
  const series = new BatchSeries(0)
  const nothing = deltaOf({ arrivals: 0, successes: 0, timeouts: 0, refusals: 0, dropped: 0, latencyMs: 1 })
  for (let slice = 1; slice <= 3_000; slice++) {
    series.add(nothing)
    const { arrivals, lengthMs } = series.toJSON()
    if (arrivals.length > 64 || arrivals.length < Math.min(slice, 33)) expect.fail(`${arrivals.length} after ${slice}`)
    if (Math.ceil((slice * 100) / lengthMs) !== arrivals.length) expect.fail(`${lengthMs} ms each after ${slice}`)
  }
})

test('an empty slice keeps the in-flight count once another slice follows', () => {
  const series = new BatchSeries(0)
  series.add(deltaOf({ arrivals: 3, successes: 1, timeouts: 0, refusals: 0, dropped: 0, latencyMs: 1 }))
  series.addEmpty()
  series.add(deltaOf({ arrivals: 0, successes: 2, timeouts: 0, refusals: 0, dropped: 0, latencyMs: 1 }))
  series.addEmpty()
  expect(series.toJSON()).toMatchObject({ lengthMs: 100, arrivals: [3, 0, 0], inFlight: [2, 2, 0] })
})

test('toJSON twice returns the same batches, plus what was added in between', () => {
  const series = new BatchSeries(0)
  const slice = { arrivals: 1, successes: 1, timeouts: 0, refusals: 0, dropped: 0, latencyMs: 7 }
  for (let i = 0; i < 64; i++) series.add(deltaOf(slice))
  const first = series.toJSON()
  expect(series.toJSON()).toEqual(first)
  series.add(deltaOf(slice))
  const second = series.toJSON()
  expect(countsIn(second.responseTime)).toBe(65)
  expect(second.successes).toHaveLength(33)
})
