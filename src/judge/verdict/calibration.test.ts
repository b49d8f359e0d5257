import { describe, expect, test } from 'vitest'

import type { LatencyCourse } from './latencies.ts'
import { percentileShare } from './percentile-share.ts'
import { courseOf, mm1, mm1Percentile, randomOf } from './queue.case.ts'
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
