import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { constant, sequence } from '../traffic/patterns/index.ts'
import { arrivalsOf } from '../traffic/arrivals/index.ts'
import type { CompiledPlan } from './compiled-plan.ts'
import { mix } from './mix.ts'
import { resolvePlan } from './resolve-plan.ts'
import { vocabulary } from './vocabulary.fixture.ts'

const complete = { target: 'http://127.0.0.1:3000', rate: 500, duration: '30s' }
const requests = [{ path: '/a', weight: 98 }, { path: '/b' }, { path: '/c' }]

function once(change: object = {}): CompiledPlan {
  return resolvePlan({ ...complete, ...change }, vocabulary, { once: '1' })
}

/** Returns when the arrivals of a plan are intended. */
function timesOf(plan: CompiledPlan): readonly number[] {
  if (plan.curve === undefined) throw new Error('the closed model has no schedule')
  const arrivals = arrivalsOf(plan.curve, plan)
  const times: number[] = []
  for (let atMs = arrivals.next(); atMs !== Number.POSITIVE_INFINITY; atMs = arrivals.next()) times.push(atMs)
  return times
}

describe('a plan that sends each operation once', () => {
  test.each([
    ['one request', { request: { path: '/a' } }, [1], 1],
    ['the default request', {}, [1], 1],
    ['a weighted list', { request: requests }, [3], 3],
    ['a function', { request: () => ({ path: '/a' }) }, [1], 1],
    ['a workload', { workload: 'balanced' }, [2], 2],
    ['a journey', { journey: function* steps() {} }, [1], 1],
    ['the closed model', { rate: undefined, concurrency: 50, request: requests }, [3], 3],
    ['batches, as a whole', { batchSize: 4, request: requests }, [3], 4],
    [
      'a mix',
      {
        workload: mix([
          { weight: 99, request: requests },
          { name: 'other', request: { path: '/d' } },
        ]),
      },
      [3, 1],
      4,
    ],
  ])('has an arrival for each operation of %s', (_, change, operations, arrivals) => {
    const plan = once(change)
    expect(plan.once).toEqual({ operations })
    expect(timesOf(plan)).toHaveLength(arrivals)
  })

  test('has no warm-up, nothing that ends it early, and one thread', () => {
    const sla = { errorRate: 0.01 }
    const plan = once({ warmUp: '5s', sla, abortOn: 'sla', threads: 4, maxConnections: 50, connection: 'long-lived' })
    expect(plan).toMatchObject({ warmUpMs: 0, abortOn: undefined, threads: 1, sla, lanes: [{ maxConnections: 1 }] })
  })

  test('waits for a free connection instead of dropping an operation', () => {
    expect(once({ overflow: 'drop', maxConnections: 1, request: requests }).overflow).toBe('queue')
  })

  test('watches only a metrics page', () => {
    const openMetrics = 'http://127.0.0.1:9464/metrics'
    expect(once().monitor).toBe('off')
    expect(once({ monitor: { pid: 1 } }).monitor).toBe('off')
    expect(once({ monitor: { openMetrics } }).monitor).toEqual({ openMetrics })
  })

  test('takes at most half a second, and respects maxRps', () => {
    const many = Array.from({ length: 500 }, (_, index) => ({ path: `/${index}` }))
    expect(once({ request: requests }).durationMs).toBe(30)
    expect(once({ request: many }).durationMs).toBe(500)
    expect(once({ rate: 5, maxRps: 5, request: requests }).durationMs).toBe(600)
  })

  test('sends each operation once in each phase, for any number of both', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 7 }), (count, phases) => {
        const parts = Array.from({ length: phases }, (_, index) =>
          constant({ name: `phase ${index}`, rate: 10 ** index, duration: '10s' }),
        )
        const request = Array.from({ length: count }, (_, index) => ({ path: `/${index}` }))
        const plan = once({ rate: undefined, duration: undefined, pattern: sequence(...parts), request })
        const times = timesOf(plan)
        const windows = plan.curve?.phases ?? []
        expect(windows.map(({ name }) => name)).toEqual(parts.map(({ name }) => name))
        expect(times).toHaveLength(count * phases)
        for (const { startMs, endMs } of windows) {
          expect(times.filter((atMs) => atMs > startMs && atMs <= endMs)).toHaveLength(count)
        }
      }),
    )
  })

  test('is checked as it is written', () => {
    const short = { rate: 1, duration: '1s', sla: { p99Ms: 100 } }
    expect(() => once(short)).toThrow(/sla/)
    expect(() => resolvePlan(complete, vocabulary, { once: 'yes' })).toThrow("LOAD_ONCE must be '1' or '0', got 'yes'")
    expect(resolvePlan(complete, vocabulary, { once: '0' }).once).toBeUndefined()
  })
})
