import { describe, expect, test } from 'vitest'

import type { LatencyCourse } from './latencies.ts'
import { percentileShare } from './percentile-share.ts'
import { courseOf, mm1, mm1Percentile, randomOf, stalling } from './queue.case.ts'
import { judgeShare, type ShareQuestion } from './share.ts'

const RUNS = 1_000
const REQUESTS = 20_000
/** Of 1 000 runs with a 5% chance each, more than 73 are wrong once in a thousand times. */
const MOST_WRONG = 73
/** Beside the truth by more than a bucket, and by too little to change any chance. */
const BESIDE = 0.002

describe.each([0, 0.5, 0.8, 0.9])('an M/M/1 queue at load %d', (load) => {
  test(
    `yields at most ${MOST_WRONG} wrong verdicts of ${RUNS} on each side of its true p99`,
    { timeout: 60_000 },
    () => {
      const truthMs = mm1Percentile(load, 99)
      const wrong = { pass: 0, fail: 0 }
      for (let run = 0; run < RUNS; run++) {
        const course = simulate(load, run)
        if (judgeShare(questionOn(course, truthMs * (1 - BESIDE))) === 'pass') wrong.pass++
        if (judgeShare(questionOn(course, truthMs * (1 + BESIDE))) === 'fail') wrong.fail++
      }
      expect(wrong.pass).toBeLessThanOrEqual(MOST_WRONG)
      expect(wrong.fail).toBeLessThanOrEqual(MOST_WRONG)
    },
  )
})

// Short runs in which nothing may be over the limit, although more than 1% of all requests are.
describe.each([1_000, 3_000])('%d requests', (requests) => {
  test.each([0.5, 0.8, 0.9, 0.95])(
    `of an M/M/1 queue at load %d pass a limit below the true p99 in at most ${MOST_WRONG} of ${RUNS} runs`,
    (load) => {
      const limitMs = mm1Percentile(load, 99) * (1 - BESIDE)
      expect(wrongPasses(limitMs, (random) => mm1(load, requests, random))).toBeLessThanOrEqual(MOST_WRONG)
    },
  )

  test.each([
    ['exponential stalls, 30 requests long on average', (random: () => number) => -30 * Math.log(random())],
    [
      'stalls of a Pareto law (exponent 1.5), 15 requests long at least',
      (random: () => number) => 15 * random() ** (-1 / 1.5),
    ],
  ])(
    `of a fast server with %s, pass a limit below its true p99 in at most ${MOST_WRONG} of ${RUNS} runs`,
    (_, lengthOf) => {
      const simulated = (count: number, random: () => number): Float64Array => stalling(count, random, 300, lengthOf)
      const many = simulated(2_000_000, randomOf(99)).toSorted()
      const limitMs = (many[0.99 * many.length] ?? 0) * (1 - BESIDE)
      expect(wrongPasses(limitMs, (random) => simulated(requests, random))).toBeLessThanOrEqual(MOST_WRONG)
    },
  )
})

function wrongPasses(limitMs: number, simulated: (random: () => number) => Float64Array): number {
  let wrong = 0
  for (let run = 0; run < RUNS; run++) {
    const course = courseOf(simulated(randomOf(run * 7_919 + 3)), 32 + (run % 33))
    if (judgeShare(questionOn(course, limitMs)) === 'pass') wrong++
  }
  return wrong
}

test('requests of an M/M/1 queue at load 0.8 taken for independent ones make wrong verdicts four times in ten', () => {
  const limitMs = mm1Percentile(0.8, 99) * (1 - BESIDE)
  let wrong = 0
  for (let run = 0; run < 100; run++) {
    if (judgeShare({ ...questionOn(simulate(0.8, run), limitMs), designEffect: 1 }) === 'pass') wrong++
  }
  expect(wrong).toBeGreaterThan(40)
})

test.each([
  [0, 1],
  [0.5, 0.99],
])('an M/M/1 queue at load %d passes a limit of twice its true p99 in at least a share %d of runs', (load, share) => {
  const limitMs = mm1Percentile(load, 99) * 2
  let passed = 0
  for (let run = 0; run < 100; run++) if (judgeShare(questionOn(simulate(load, run), limitMs)) === 'pass') passed++
  expect(passed / 100).toBeGreaterThanOrEqual(share)
})

function simulate(load: number, run: number): LatencyCourse {
  const latenciesMs = mm1(load, REQUESTS, randomOf(run * 7_919 + Math.round(load * 100) + 1))
  return courseOf(latenciesMs, 32 + (run % 33))
}

function questionOn(course: LatencyCourse, limitMs: number): ShareQuestion {
  return percentileShare(course, { percentile: 99, limitMs, confidence: 0.95 }, { unproven: 0 })
}
