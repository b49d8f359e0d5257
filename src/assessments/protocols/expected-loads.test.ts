import { expect, test } from 'vitest'
import { expectedLoads } from './expected-loads.ts'

const phase = { duration: 8_000, holdMs: 4_000 }

test('counts the loads of four protocols: phases, comparison, full load in rounds, cuts, and trials', () => {
  expect(expectedLoads([phase, phase, phase, phase]).of).toBe(4 + 1 + 4 + 4 * 12 + 3 + 6)
})

test('a single protocol is compared with no other', () => {
  expect(expectedLoads([phase]).of).toBe(1 + 1 + 3 + 3 + 2)
})

test('the time is that of all loads', () => {
  const { totalMs } = expectedLoads([phase, phase, phase, phase])
  // Four phases of 9 s, a comparison of 17 s, four first runs of 1.7 s, 48 rounds of 0.4 s, cuts of 8 s, six trials of
  // 5 s.
  expect(totalMs / 1_000).toBeGreaterThan(36 + 17 + 6.7 + 20 + 8 + 30)
  expect(totalMs / 1_000).toBeLessThan(1.15 * (36 + 17 + 6.7 + 20 + 8 + 30))
})
