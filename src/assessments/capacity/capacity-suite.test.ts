import { expect, test } from 'vitest'
import { settingsOf } from './capacity-suite.ts'

const none = {
  users: undefined,
  requestsPerUserMinute: undefined,
  peakUsers: undefined,
  sla: undefined,
  phaseMs: undefined,
}

test('the defaults expect 1 000 users and twice as many at the peak', () => {
  expect(settingsOf(none, {})).toEqual({
    sla: { successRate: 0.99, p95Ms: 500 },
    expectedUsers: 1_000,
    peakUsers: 2_000,
    requestsPerUserMinute: 30,
    phaseMs: 10_000,
  })
})

test('the environment takes precedence over the options', () => {
  const options = { ...none, users: 10, peakUsers: 30, requestsPerUserMinute: 6, phaseMs: 4_000 }
  expect(settingsOf(options, {})).toMatchObject({ expectedUsers: 10, peakUsers: 30, requestsPerUserMinute: 6 })
  const environment = { users: 200, peakUsers: 500, requestsPerUserMinute: 60, durationMs: 20_000 }
  expect(settingsOf(options, environment)).toMatchObject({
    expectedUsers: 200,
    peakUsers: 500,
    requestsPerUserMinute: 60,
    phaseMs: 20_000,
  })
})

test('users from the environment do not keep the peak of the options', () => {
  expect(settingsOf({ ...none, users: 10, peakUsers: 30 }, { users: 200 }).peakUsers).toBe(400)
})
