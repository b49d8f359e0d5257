import { expect, test } from 'vitest'
import { planOf } from './capacity-suite.ts'

test('the defaults expect 1 000 users and twice as many at the peak', () => {
  expect(planOf({}, {}).settings).toEqual({
    sla: { successRate: 0.99, p95Ms: 500 },
    expectedUsers: 1_000,
    peakUsers: 2_000,
    requestsPerUserMinute: 30,
    phaseMs: 10_000,
    maxRps: Number.POSITIVE_INFINITY,
  })
})

test('the environment takes precedence over the options', () => {
  const options = { users: 10, peakUsers: 30, requestsPerUserMinute: 6, phaseMs: 4_000 }
  expect(planOf(options, {}).settings).toMatchObject({ expectedUsers: 10, peakUsers: 30, requestsPerUserMinute: 6 })
  const environment = { users: 200, peakUsers: 500, requestsPerUserMinute: 60, durationMs: 20_000 }
  expect(planOf(options, environment).settings).toMatchObject({
    expectedUsers: 200,
    peakUsers: 500,
    requestsPerUserMinute: 60,
    phaseMs: 20_000,
  })
})

test('users from the environment do not keep the peak of the options', () => {
  expect(planOf({ users: 10, peakUsers: 30 }, { users: 200 }).settings.peakUsers).toBe(400)
})

test('the plan of the runs has the target of the environment, and otherwise leaves it to the scope', () => {
  expect(planOf({ users: 10, seed: 'a' }, {}).plan).toEqual({ seed: 'a' })
  expect(planOf({ seed: 'a' }, { target: 'http://127.0.0.1:3000', threads: 2 }).plan).toEqual({
    seed: 'a',
    target: 'http://127.0.0.1:3000',
    threads: 2,
  })
})
