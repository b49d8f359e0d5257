import { describe, expect, test } from 'vitest'
import type { Figures } from '../model/figures.ts'
import { doubt } from '../wording/doubts.ts'
import { summary } from './result-summary.ts'
import { resultOf } from './run-record.builder.ts'

test('shows the rates, response times and errors of a result', () => {
  const generator = { ...resultOf().generator, doubts: [doubt({ code: 'inspector' })] }
  expect(summary(resultOf({ generator }))).toMatchInlineSnapshot(`
    "checkout API > holds 500 req/s: constant 500 req/s for 30 s
      rate      offered 500 req/s, achieved 500 req/s
      response  p50 12.1, p95 40.2, p99 83.2, max 144 ms
      errors    3 of 15 000 requests (0.02%): connect 3; 0 dropped
                status 200: 14 997
      error     connect, the first: connect ECONNREFUSED 127.0.0.1:3000
      doubt     inspector: an inspector is attached, which slows the generator;
                  detach it"
  `)
})

describe('what the target used', () => {
  const url = 'http://127.0.0.1:3000/'
  const figures = { cpuPercent: 40, busiestProcessCpuPercent: 40, rssMb: 180, openSockets: 12 }
  const sample = { ...figures, atMs: 1_000, bytesIn: 2 ** 20, bytesOut: 3_000 }

  test('is shown with the bytes per second of its network', () => {
    const target = { url, pids: [7], samples: [sample, { ...sample, atMs: 3_000 }] }
    expect(summary(resultOf({ target })).split('\n')[5]).toBe(
      '  target    CPU 40% of a core, memory 180 MB, received 683 kB/s, sent 1.95 kB/s',
    )
  })

  test('is shown with the reason why its network is unknown', () => {
    const samples = [{ ...sample, bytesIn: null, bytesOut: null }]
    const target = { url, pids: [7], samples, unwatchedNetwork: 'the target listens on no TCP port' }
    expect(summary(resultOf({ target }))).toContain(
      '  target    CPU 40% of a core, memory 180 MB, network unknown (the target\n              listens on no TCP port)',
    )
  })
})

test('is the same for a result parsed from JSON', () => {
  const result = resultOf()
  expect(summary(JSON.parse(JSON.stringify(result)) as Figures)).toBe(summary(result))
})

test('shows that nothing was measured', () => {
  const empty = {
    requestsScheduled: 0,
    errors: 0,
    errorsByClass: {},
    statuses: {},
    responseTime: { count: 0 },
  } as const
  expect(summary(resultOf({ ...empty, offeredRps: 0, achievedRps: 0 }))).toMatchInlineSnapshot(`
    "checkout API > holds 500 req/s: constant 500 req/s for 30 s
      rate      offered 0 req/s, achieved 0 req/s
      response  nothing measured
      errors    no requests"
  `)
})

test('states how a run ended, and that it is running', () => {
  expect(summary(resultOf({ ended: 'running', durationMs: 2_000 }))).toContain('500 req/s for 2 s, RUNNING\n')
  const cut = resultOf({ ended: 'interrupted', endedBecause: 'by SIGINT' })
  expect(summary(cut)).toMatch(/for 30 s, INTERRUPTED \(by\s+SIGINT\)\n/)
})

test('shows the concurrency of the closed model, and the rate of journeys', () => {
  const { plan } = resultOf()
  const closed = resultOf({ arrivals: 'closed', plan: { ...plan, concurrency: 20 } })
  expect(summary(closed)).toContain('rate      20 in flight, achieved 500 req/s')
  const journeys = { ...resultOf(), offeredRps: 10, achievedRps: 9.5, errors: 2 }
  const text = summary(resultOf({ journeys }))
  expect(text).toContain('rate      offered 10 journeys/s, achieved 9.5 journeys/s (500 req/s)')
  expect(text).toContain('journeys  p50 12.1, p95 40.2, p99 83.2, max 144 ms; 2 errors, 0 dropped')
})

test('lists the most frequent statuses, classes and reasons of drops', () => {
  const statuses = { 200: 100, 201: 90, 404: 80, 500: 70, 502: 60, 503: 50, 504: 40 }
  const change = { statuses, dropped: 5, droppedByReason: { overflow: 1, 'pool-wait': 4 } } as const
  const text = summary(resultOf(change)).replaceAll(/\s+/g, ' ')
  expect(text).toContain('5 dropped (pool-wait 4, overflow 1)')
  expect(text).toContain('status 200: 100, 201: 90, 404: 80, 500: 70, 502: 60, 2 more')
})

test('shows a part of a run by its time', () => {
  const { type: _, ...figures } = resultOf()
  expect(summary({ ...figures, startMs: 5_000, durationMs: 5_000 } as Figures)).toMatch(/^from 5 s to 10 s\n {2}rate /)
})

test.each([undefined, null, 'result', {}, resultOf().responseTime])('rejects %o', (given) => {
  expect(() => summary(given as Figures)).toThrow(/^summary\(\) takes a LoadResult or one of its parts, got /)
})
