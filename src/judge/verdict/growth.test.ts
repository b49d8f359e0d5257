import { describe, expect, test } from 'vitest'

import { eachWith, evenBatches, resultOf } from '../result.builder.ts'
import { fixedService, growthIn, growthOf, type Growth } from './growth.ts'
import { randomOf } from './queue.builder.ts'

interface Served {
  readonly arrivalsMs: readonly number[]
  readonly servers: number
  readonly serviceMs: number
}

const BATCHES = 48
const BATCH_MS = 250
const RUN_MS = BATCHES * BATCH_MS

/** Growth of a first-come, first-served queue with several servers and a fixed service time. */
function growthAt({ arrivalsMs, servers, serviceMs }: Served, batches: number = BATCHES): Growth | undefined {
  const free = Array.from({ length: servers }, () => 0)
  const arrivals = Array.from({ length: batches }, () => 0)
  const departures = [...arrivals]
  const count = (counts: number[], atMs: number): void => {
    const batch = Math.ceil(atMs / BATCH_MS) - 1
    if (batch < batches) counts[batch] = (counts[batch] ?? 0) + 1
  }
  for (const atMs of arrivalsMs) {
    const next = free.indexOf(Math.min(...free))
    const doneMs = Math.max(atMs, free[next] ?? 0) + serviceMs
    free[next] = doneMs
    count(arrivals, atMs)
    count(departures, doneMs)
  }
  let left = 0
  const inFlight = arrivals.map((arrived, i) => (left += arrived - (departures[i] ?? 0)))
  return growthIn(arrivals, inFlight, fixedService(serviceMs / BATCH_MS))
}

function uniform(rps: number, durationMs: number): number[] {
  return Array.from({ length: Math.floor((rps * durationMs) / 1_000) }, (_, i) => ((i + 1) * 1_000) / rps)
}

function poisson(rps: number, durationMs: number, random: () => number): number[] {
  const arrivals: number[] = []
  for (let at = 0; at <= durationMs;) {
    at -= (Math.log(random()) * 1_000) / rps
    if (at <= durationMs) arrivals.push(at)
  }
  return arrivals
}

describe('growth of the number in flight', () => {
  test.each([
    [84, 4, 50],
    [420, 4, 10],
    [1_575, 6, 4],
  ])('is shown at %d req/s, a twentieth over the capacity of %d servers with %d ms each', (rps, servers, serviceMs) => {
    const growth = growthAt({ arrivalsMs: uniform(rps, RUN_MS), servers, serviceMs })
    expect(growth?.shown).toBe(true)
    expect(growth?.share).toBeCloseTo(0.05 / 1.05, 2)
  })

  test.each([
    [78, 4, 50],
    [390, 4, 10],
    [1_460, 6, 4],
  ])('is not shown at %d req/s, just below the capacity of %d servers with %d ms each', (rps, servers, serviceMs) => {
    expect(growthAt({ arrivalsMs: uniform(rps, RUN_MS), servers, serviceMs })?.shown).toBe(false)
  })

  test('is shown in at most one in twenty of 500 healthy queues with Poisson arrivals at load 0.9', () => {
    let alarms = 0
    for (let run = 1; run <= 500; run++) {
      const arrivalsMs = poisson(72, RUN_MS, randomOf(run))
      if (growthAt({ arrivalsMs, servers: 4, serviceMs: 50 })?.shown === true) alarms++
    }
    // With a probability of 5%, more than 40 of 500 occur once in a thousand times.
    expect(alarms).toBeLessThanOrEqual(40)
  })

  test('is shown in most queues with Poisson arrivals at 10% over capacity', () => {
    let shown = 0
    for (let run = 1; run <= 100; run++) {
      const arrivalsMs = poisson(88, RUN_MS, randomOf(run))
      if (growthAt({ arrivalsMs, servers: 4, serviceMs: 50 })?.shown === true) shown++
    }
    expect(shown).toBeGreaterThan(80)
  })

  test('is not shown for a rising rate: 0 to 400 req/s over 12 s on a server with free capacity', () => {
    const arrivalsMs = Array.from({ length: 2_400 }, (_, i) => RUN_MS * Math.sqrt((i + 1) / 2_400))
    const growth = growthAt({ arrivalsMs, servers: 100, serviceMs: 100 })
    expect(growth?.shown).toBe(false)
  })

  test('is not shown for the first service time of a run, in which no request can be done yet', () => {
    const growth = growthAt({ arrivalsMs: uniform(100, RUN_MS), servers: 1_000, serviceMs: 6_000 })
    expect(growth?.shown).toBe(false)
  })

  test('counts the batches within the traffic for an operation whose first request is late', () => {
    const even = evenBatches(80, 100, () => 10)
    const growing = eachWith(even, (i) => ({ inFlight: Math.max(0, 10 * (i - 40)) }))
    const result = resultOf({ batches: growing, phases: { late: [30, 80] }, rest: { durationMs: 70 * BATCH_MS } })
    const { batches } = result.phases.late ?? result
    const operation = { ...result, batches }
    expect(batches.startMs).toBe(30 * BATCH_MS)
    const growth = growthOf(operation)
    expect(growth?.shown).toBe(true)
    // 40 of its 50 batches lie within the traffic: ten without growth, 30 that add ten requests each.
    expect(growth?.requests).toBeGreaterThan(290)
    expect(growth?.requests).toBeLessThan(400)
    expect(growth?.share).toBeCloseTo((growth?.requests ?? 0) / 4_000)
  })

  test('is undefined with fewer than 20 batches', () => {
    const arrivalsMs = uniform(84, 4_750)
    expect(growthAt({ arrivalsMs, servers: 4, serviceMs: 50 }, 19)).toBeUndefined()
    expect(growthAt({ arrivalsMs, servers: 4, serviceMs: 50 }, 20)).toBeDefined()
  })
})
