import { describe, expect, test } from 'vitest'
import { findingsOf, type Measured, recommendationOf, testedRate } from './judgement.ts'
import { quietMachine } from './machine-check.builder.ts'

type Change = { readonly [Key in keyof Measured]?: Measured[Key] extends object | null ? object | null : Measured[Key] }

/** Returns the figures of a machine that is fit, except for what is different. */
function measured(change: Change = {}): Measured {
  const parts = Object.entries(change).map(([key, value]) => {
    const usual = quietMachine[key as keyof Measured]
    return [
      key,
      typeof value === 'object' && value !== null && usual !== null ? Object.assign({}, usual, value) : value,
    ]
  })
  return { ...quietMachine, ...(Object.fromEntries(parts) as Partial<Measured>) }
}

const codesOf = (change: Change): readonly string[] =>
  findingsOf(measured(change)).map(({ kind, code }) => `${kind} ${code}`)

describe('a machine', () => {
  test('that is quiet has nothing to report', () => {
    expect(findingsOf(measured())).toEqual([])
  })

  test.each<[string, Change, readonly string[]]>([
    ['few file descriptors', { descriptors: { connections: 99 } }, ['problem few-descriptors']],
    ['just enough file descriptors', { descriptors: { connections: 100 } }, []],
    ['few ports', { ports: { count: 20 } }, ['problem few-ports']],
    ['timers that are late', { quiet: { lagP99Ms: 11 } }, ['problem late-timers']],
    ['one late timer', { quiet: { lagMaxMs: 40 } }, []],
    ['other load', { quiet: { foreignCores: 0.31 } }, ['problem foreign-load']],
    ['a little other load', { quiet: { foreignCores: 0.29 } }, []],
    ['much steal', { quiet: { stealRatio: 0.06 } }, ['problem steal']],
    ['some steal', { quiet: { stealRatio: 0.03 } }, ['note steal']],
    ['a quota below one core', { cpuQuotaCores: 0.5 }, ['problem small-quota']],
    ['a quota that is enough', { cpuQuotaCores: 2, noise: { throttledRatio: 0 } }, []],
    ['a quota that stops it', { cpuQuotaCores: 1, noise: { throttledRatio: 0.2 } }, ['problem throttled']],
    ['a slow generator', { ceiling: { heldRps: 250, lateRps: 500 } }, ['problem slow-generator']],
    ['a generator that is always late', { ceiling: { heldRps: null, lateRps: 20 } }, ['problem slow-generator']],
    ['disturbed pairs', { noise: { excluded: 4 } }, ['problem pairs-disturbed']],
    ['a few disturbed pairs', { noise: { excluded: 3 } }, []],
    ['noisy pairs', { noise: { tolerance: 0.3 } }, ['problem noisy-pairs']],
    ['one core', { cores: 1 }, ['note one-core']],
    ['another system than Linux', { quiet: { stealRatio: null, foreignCores: null } }, ['note unknown-noise']],
    ['no figures after Ctrl-C', { quiet: null, ceiling: null, noise: null }, []],
    [
      'several problems',
      { quiet: { foreignCores: 1.9, lagP99Ms: 20 }, noise: { excluded: 14 } },
      ['problem foreign-load', 'problem late-timers', 'problem pairs-disturbed'],
    ],
  ])('with %s', (_, change, codes) => {
    expect(codesOf(change)).toEqual(codes)
  })

  test('with a problem reads what is wrong and what to do', () => {
    const [few, load] = findingsOf(
      measured({ descriptors: { limit: 80, open: 30, connections: 23 }, quiet: { foreignCores: 1.52 } }),
    )
    expect([few?.message, few?.remedy]).toEqual([
      'this process may open 80 files, which leaves 23 connections; load tests use up to 100 by default',
      'raise the limit (ulimit -n 4096), in CI in the step that runs the tests',
    ])
    expect([load?.message, load?.remedy]).toEqual([
      'other processes use 1.52 of 2 cores, which slows the generator and the service',
      'stop other processes, or run load tests on a machine that has nothing else to do',
    ])
  })
})

describe('the recommendation', () => {
  test('is half of the ceiling at most, and long enough for a p99', () => {
    expect(recommendationOf(measured())).toEqual({ rate: 100, durationMs: 20_000, tolerance: 0.03, maxRate: 11_000 })
    expect(recommendationOf(measured({ ceiling: { heldRps: 90 } }))).toMatchObject({
      rate: 45,
      durationMs: 40_000,
      maxRate: 45,
    })
  })

  test('has no tolerance if the noise is unknown, or if no plan may have it', () => {
    expect(recommendationOf(measured({ noise: { tolerance: 1 } }))?.tolerance).toBe(1)
    expect(recommendationOf(measured({ noise: { tolerance: 1.3 } }))?.tolerance).toBeNull()
    expect(recommendationOf(measured({ noise: { tolerance: null } }))?.tolerance).toBeNull()
    expect(recommendationOf(measured({ noise: null }))?.tolerance).toBeNull()
  })

  test('needs a generator that was measured', () => {
    expect(recommendationOf(measured({ ceiling: null }))).toBeNull()
    expect(testedRate(null)).toBe(100)
    expect(testedRate({ heldRps: 60, lateRps: 120, lateLagP99Ms: 30 })).toBe(30)
  })
})
