import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Collector } from './collector.ts'
import { Recorder } from './recorder.ts'
import { sampleOf } from './samples.builder.ts'
import { type Status, StatusCounts, Tally } from './tally.ts'

function countsOf(statuses: Iterable<Status>): Record<string, number> {
  const counts = new StatusCounts()
  for (const status of statuses) counts.add(status)
  return Object.fromEntries(counts.toDelta())
}

test('counts each status, including names and negative codes', () => {
  expect(countsOf([200, -32_601, 200, 'NOT_FOUND'])).toEqual({ 200: 2, '-32601': 1, NOT_FOUND: 1 })
})

test.each(['__proto__', 'constructor', 'toString'])('counts a status called %s like any other', (status) => {
  const counts = countsOf([status, status, 200])
  expect(Object.entries(counts)).toContainEqual([status, 2])
  expect(Object.entries(JSON.parse(JSON.stringify(counts)) as object)).toContainEqual([status, 2])
})

test('counts at most 100 distinct statuses and loses no response', () => {
  const counts = countsOf(Array.from({ length: 1_000 }, (_, i) => 1_000 + i).concat([1_000, 1_000]))
  expect(Object.keys(counts)).toHaveLength(101)
  expect(counts).toMatchObject({ 1000: 3, other: 900 })
})

test('several generator threads add up to the counts of one, in total and per interval', () => {
  const statuses = fc.array(fc.constantFrom<Status>(200, 404, 503, 'busy'), { maxLength: 60 })
  fc.assert(
    fc.property(statuses, fc.integer({ min: 1, max: 3 }), (all, threads) => {
      const collector = new Collector(threads, [], Number.POSITIVE_INFINITY)
      for (let thread = 0; thread < threads; thread++) {
        const recorder = new Recorder([])
        all.forEach((status, i) => {
          if (i % threads !== thread) return
          const sample = sampleOf({
            status,
            operation: 'op',
            phase: 0,
            intendedMs: 40 * i,
            dueMs: 40 * i,
            doneMs: 40 * i,
          })
          recorder.arrived(sample)
          recorder.settled(sample)
        })
        recorder.finish()
        collector.add(thread, recorder.takeFinished())
        collector.end(thread, collector.coveredMs)
      }
      const expected = countsOf(all)
      expect(collector.total(1_000).statuses).toEqual(expected)
      expect(collector.operations(1_000)['op']?.statuses ?? {}).toEqual(expected)
      expect(collector.phase(0, 1_000).statuses).toEqual(expected)
      const inIntervals = new StatusCounts()
      for (const interval of collector.intervals) inIntervals.addAll(Object.entries(interval.statuses))
      expect(Object.fromEntries(inIntervals.toDelta())).toEqual(expected)
    }),
  )
})

/** Returns a tally of failed requests with these responses, and how often it searched a request for secrets. */
function failedWith(excerpts: readonly string[]): { readonly samples: readonly string[]; readonly searches: number } {
  let searches = 0
  const payload = {
    get path() {
      searches++
      return '/'
    },
  }
  const tally = new Tally([])
  for (const excerpt of excerpts) {
    tally.settle(sampleOf({ fate: 'error', errorClass: 'http-5xx', message: '503', excerpt, payload }))
  }
  return { samples: tally.peek().errors['http-5xx']?.samples ?? [], searches }
}

test('cleans the same response of many failed requests once', () => {
  const failed = failedWith(Array.from({ length: 1_000 }, (_, i) => `503 busy ${i % 2}`))
  // The message is cleaned, too.
  expect(failed).toEqual({ samples: ['503 busy 0', '503 busy 1'], searches: 3 })
})

test('cleans a few of many responses that differ only in a secret', () => {
  const failed = failedWith(Array.from({ length: 1_000 }, (_, i) => `503 busy, token=abc-${i}-def`))
  expect(failed).toEqual({ samples: ['503 busy, token=[redacted]'], searches: 11 })
})
