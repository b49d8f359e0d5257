import { describe, expect, test } from 'vitest'
import type { Blocks } from '../model/blocks.ts'
import { Collector } from './collector.ts'
import { Recorder } from './recorder.ts'
import { sampleOf } from './samples.builder.ts'

/** Two blocks of 500 ms: from 300 and from 1 300 ms. */
const blocks: Blocks = { startsMs: [300, 1_300], lengthMs: 500, warmUpAtMs: 0, discardMs: 200 }

/** Requests of 20 ms, unless given otherwise, that start at these times on the clock. */
function collected(starts: readonly { readonly atMs: number; readonly lastsMs?: number }[], endMs: number): Collector {
  const recorder = new Recorder([], blocks)
  const events = starts.flatMap(({ atMs, lastsMs = 20 }) => {
    const sample = sampleOf({ operation: 'read', intendedMs: atMs, dueMs: atMs, sentMs: atMs, doneMs: atMs + lastsMs })
    return [
      { atMs, record: () => recorder.arrived(sample) },
      { atMs: atMs + lastsMs, record: () => recorder.settled(sample) },
    ]
  })
  events.push({ atMs: 1_000, record: () => recorder.threadLagged(80, 1_000) })
  for (const { record } of events.toSorted((one, other) => one.atMs - other.atMs)) record()
  recorder.rollTo(endMs)
  const collector = new Collector(1, [], 1_000, blocks)
  const slices = recorder.takeFinished()
  collector.add(0, slices.slice(0, 9))
  collector.add(0, slices.slice(9))
  collector.end(0, endMs)
  return collector
}

const starts = [310, 450, 650, 790, 1_310, 1_550, 1_790].map((atMs) => ({ atMs }))

test('puts the blocks after each other', () => {
  const collector = collected(starts, 2_000)
  const { batches, successes } = collector.total(1_000)
  expect(successes).toBe(7)
  expect(collector.intervals.map(({ startMs, durationMs, arrivals }) => [startMs, durationMs, arrivals])).toEqual([
    [0, 1_000, 7],
  ])
  expect(batches.arrivals.slice(0, 10)).toEqual([1, 1, 0, 1, 1, 1, 0, 1, 0, 1])
})

test('counts a response that arrives in a pause at the end of the block before', () => {
  const { batches } = collected([{ atMs: 780, lastsMs: 200 }, { atMs: 1_310 }], 2_000).total(1_000)
  expect(batches.successes.slice(0, 6)).toEqual([0, 0, 0, 0, 1, 1])
  expect(batches.inFlight.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0])
})

test('ignores that a thread is late in a pause', () => {
  const { batches } = collected(starts, 2_000).total(1_000)
  expect(Math.max(...(batches.generatorLagMs ?? []))).toBe(0)
})

test('adds up each block without its beginning, by operation', () => {
  const collector = collected([...starts, { atMs: 795, lastsMs: 400 }], 2_000)
  const [first, second] = [collector.block(0), collector.block(1)]
  expect(first?.total.successes).toBe(3)
  expect(first?.operations['read']?.responseTime.maxMs).toBe(400)
  expect(second?.total.successes).toBe(2)
  expect(collector.block(2)).toBeUndefined()
})

test('a request counts in the block in which it started, and makes it complete when it ends', () => {
  const late = collected([...starts, { atMs: 795, lastsMs: 900 }], 2_000)
  expect([late.block(0)?.total.successes, late.block(1)?.total.successes]).toEqual([3, 2])
  expect(late.isBlockComplete(0)).toBe(true)
  const unfinished = collected([...starts, { atMs: 795, lastsMs: 5_000 }], 1_200)
  expect([unfinished.isBlockComplete(0), unfinished.isBlockComplete(1)]).toEqual([false, true])
})

describe('the throughput of a block', () => {
  const every10Ms = Array.from({ length: 50 }, (_, i) => 310 + 10 * i)

  test.each([5, 95, 150, 250, 700])('does not depend on a constant response time of %i ms', (lastsMs) => {
    const collector = collected(
      every10Ms.map((atMs) => ({ atMs, lastsMs })),
      2_000,
    )
    expect(collector.block(0)?.total.requestsScheduled).toBe(30)
    expect(collector.block(0)?.total.throughputRps).toBe(100)
    expect(collector.block(0)?.operations['read']?.throughputRps).toBe(100)
  })

  test.each([40, 80, 95])('is that of a target that completes %i requests per second', (rps) => {
    // The queue drains after the block.
    const queued = every10Ms.map((atMs, i) => ({ atMs, lastsMs: 310 + ((i + 1) * 1_000) / rps - atMs }))
    const block = collected(queued, 3_000).block(0)
    const { throughputRps = 0, successes } = block?.total ?? {}
    expect(successes).toBe(30)
    // The CPU time of the block is that of these requests, not of those that it completes later.
    expect(block?.completed).toBeCloseTo(0.3 * throughputRps)
    expect(Math.abs(throughputRps - rps)).toBeLessThan(5)
  })
})
