import { expect, test } from 'vitest'
import { resolvePlan } from './resolve-plan.ts'
import { vocabulary } from './vocabulary.fixture.ts'

const target = { command: ['node', 'server.js'], url: 'http://127.0.0.1:{port}' }
const fixed = { ...target, url: 'http://127.0.0.1:3000' }
const plan = { target, rate: 100 }

function resolved(keys: object): ReturnType<typeof resolvePlan> {
  return resolvePlan({ ...plan, ...keys }, vocabulary)
}

function issuesOf(keys: object): string {
  try {
    resolved(keys)
    return 'accepted'
  } catch (error) {
    return (error as Error).message
  }
}

test('a comparison needs no duration, and has a warm-up', () => {
  const { comparison, durationMs, warmUpMs } = resolved({ against: 'http://127.0.0.1:3001' })
  expect(comparison).toEqual({
    against: 'http://127.0.0.1:3001/',
    tolerance: 0.05,
    isToleranceGiven: false,
    isSelf: false,
    blockMs: 4_000,
    mode: 'turns',
    maxPairs: 26,
  })
  expect([durationMs, warmUpMs]).toEqual([26 * 4_000, 8_000])
})

test('the duration is the time for both sides', () => {
  const { comparison, durationMs } = resolved({ against: 'http://127.0.0.1:3001', duration: '2m' })
  // 14 pairs of 8.5 s, the last one without a pause.
  expect([comparison?.maxPairs, durationMs]).toEqual([14, 14 * 4_000])
})

test('a duet needs half of the time, and four cores', () => {
  const keys = { against: 'http://127.0.0.1:3001', comparison: { mode: 'duet' }, duration: '2m' }
  const { comparison, durationMs } = resolved(keys)
  // 26 pairs of 4.5 s, the last one without a pause, fit into 117 s.
  expect([comparison?.mode, comparison?.maxPairs, durationMs]).toEqual(['duet', 26, 26 * 4_000])
  const on = (cores: number) => (): unknown => resolvePlan({ ...plan, ...keys }, vocabulary, { cores })
  expect(on(2)).toThrow(/comparison\.mode needs 4 cores, .* this machine has 2, got .duet./)
  expect(on(4)).not.toThrow()
})

test('an issue of a comparison is the only one', () => {
  expect(issuesOf({ against: 'http://127.0.0.1:3001', comparison: { tolerance: 0 } })).not.toContain('duration')
  expect(issuesOf({ against: 5 })).not.toContain('duration')
})

test('reads its options', () => {
  const options = { comparison: { tolerance: 0.1, block: '2s' }, warmUp: 0 }
  const { comparison, warmUpMs } = resolved({ against: { ref: 'origin/main', prepare: ['npm', 'ci'] }, ...options })
  expect(comparison).toMatchObject({
    against: { ref: 'origin/main', prepare: ['npm', 'ci'] },
    tolerance: 0.1,
    isToleranceGiven: true,
    blockMs: 2_000,
  })
  expect(warmUpMs).toBe(0)
})

test.each([
  [
    'a duration that is too short',
    { duration: '30s' },
    /duration must allow 8 pairs of blocks of 4 s with `against`: at least 68 s, got .30s/,
  ],
  ['the closed model', { rate: undefined, concurrency: 5 }, /concurrency cannot be combined with `against`/],
  ['a pattern whose rate changes', { pattern: 'burst' }, /pattern must be 'constant' or 'poisson' with `against`/],
  ['a ref without a name', { against: { ref: '' } }, /against\.ref must be/],
  ['an unknown key of a ref', { against: { ref: 'main', prepair: ['npm', 'ci'] } }, /did you mean `against\.prepare`/],
  [
    'a ref for a target that is not started',
    { target: 'http://127.0.0.1:3000', against: { ref: 'main' } },
    /against\.ref needs a target that is a command/,
  ],
  [
    'a ref for a target with a port of its own',
    { target: fixed, against: { ref: 'main' } },
    /target\.url must contain \{port\}: both servers run at the same time/,
  ],
  ['two commands with the same port', { target: fixed, against: fixed }, /target\.url must contain \{port\}/],
  ['a target that is no URL', { against: 'localhost' }, /against must be a URL/],
  ['a block that is too short', { comparison: { block: '100ms' } }, /comparison\.block must be from '1s' to '60s'/],
  ['a tolerance in percent', { comparison: { tolerance: 5 } }, /comparison\.tolerance must be above 0 and at most 1/],
] as const)('rejects %s', (_, keys, message) => {
  expect(issuesOf({ against: 'http://127.0.0.1:3001', ...keys })).toMatch(message)
})

test('accepts two commands with ports of their own', () => {
  const against = { ...fixed, url: 'http://127.0.0.1:3001' }
  expect(issuesOf({ target: fixed, against })).toBe('accepted')
  expect(issuesOf({ target: fixed, against: 'http://127.0.0.1:3001' })).toBe('accepted')
})

test('rejects options without `against`', () => {
  expect(issuesOf({ duration: '10s', comparison: { tolerance: 0.1 } })).toMatch(/comparison needs `against`/)
})

test('LOAD_AA=1 compares the target with itself', () => {
  const against = 'http://127.0.0.1:3001'
  expect(resolvePlan({ ...plan, against }, vocabulary, { self: '1' }).comparison?.isSelf).toBe(true)
  expect(() => resolvePlan({ ...plan, against }, vocabulary, { self: 'yes' })).toThrow("LOAD_AA must be '1' or '0'")
  expect(() => resolvePlan({ ...plan, target: fixed, against }, vocabulary, { self: '1' })).toThrow('contain {port}')
})
