import { describe, expect, test } from 'vitest'

import type { LoadResult } from '../../model/result.ts'
import { eachWith, evenBatches, resultOf, type BatchCase } from '../result.builder.ts'
import { exponential, mixed, rising, servedRun, steady } from './served-run.builder.ts'
import { seeded } from './simulated-services.builder.ts'
import { sustainedRateVerdict } from './sustained-rate.ts'

/** 400 req/s for 10 s. */
const batches = evenBatches(40, 100, () => 10)

function sustains(result: LoadResult, rps: number): string {
  const { verdict, reason, leaning } = sustainedRateVerdict(result, result, { rps, within: 0.01 })
  if (verdict === 'inconclusive') return `leans to ${leaning}`
  return reason === undefined ? verdict : `${verdict}: ${reason}`
}

function each(more: (i: number) => Partial<BatchCase>, rest: Partial<LoadResult> = {}): LoadResult {
  return resultOf({ batches: eachWith(batches, (i) => ({ ...more(i) })), rest })
}

const QUEUE_RPS = 100
const QUEUE_BATCH_MS = 500
const QUEUE_BATCHES = 60
const SERVERS = 4

/**
 * 30 s of a queue with four servers, Poisson arrivals and a constant service time, at `load` times its capacity. A
 * stable queue is in steady state when the run starts; an overloaded one starts empty. The last batch contains the
 * requests that end after the run.
 */
function queueAt(load: number, seed: number): LoadResult {
  const random = seeded(seed)
  const serviceMs = (load * SERVERS * 1_000) / QUEUE_RPS
  const endMs = QUEUE_BATCHES * QUEUE_BATCH_MS
  const freeMs = Array.from({ length: SERVERS }, () => Number.NEGATIVE_INFINITY)
  const made = Array.from({ length: QUEUE_BATCHES }, () => ({
    responsesMs: [] as number[],
    arrivals: 0,
    inFlight: 0,
  }))
  for (let atMs = load < 1 ? -20_000 : 0; ;) {
    atMs -= (Math.log(random()) * 1_000) / QUEUE_RPS
    if (atMs >= endMs) break
    const server = freeMs.indexOf(Math.min(...freeMs))
    const doneMs = Math.max(atMs, freeMs[server] ?? 0) + serviceMs
    freeMs[server] = doneMs
    for (const [i, batch] of made.entries()) {
      const batchEndMs = (i + 1) * QUEUE_BATCH_MS
      if (atMs < batchEndMs && doneMs >= batchEndMs) batch.inFlight++
    }
    if (atMs < 0) continue
    const batchAt = (ms: number): BatchCase & { responsesMs: number[]; arrivals: number } =>
      made[Math.min(QUEUE_BATCHES - 1, Math.floor(ms / QUEUE_BATCH_MS))] as (typeof made)[number]
    batchAt(atMs).arrivals++
    batchAt(doneMs).responsesMs.push(doneMs - atMs)
  }
  return resultOf({
    batches: made,
    batchMs: QUEUE_BATCH_MS,
    serviceMs: () => serviceMs,
    rest: { arrivals: 'poisson' },
  })
}

describe('a rate', () => {
  const SEEDS = Array.from({ length: 20 }, (_, seed) => seed)

  test.each([
    ['a rising rate, of which most requests take 220 ms', rising(500), mixed(0.85, 220), 250],
    ['a rising rate, with exponential service times', rising(500), exponential(200), 250],
    ['a tenth of the requests that take 4 s', steady(100), mixed(0.1, 4_000), 100],
    ['a tenth of the requests that take 4 s, at a higher rate', steady(300), mixed(0.1, 4_000), 300],
    ['a third of the requests that take 1 s', steady(100), mixed(0.3, 1_000), 100],
  ])('is sustained by a target with free capacity at %s', (_, arrivalsMs, serviceOf, rps) => {
    const verdicts = SEEDS.map((seed) => sustains(servedRun(arrivalsMs, serviceOf, { seed }), rps))
    expect(verdicts).not.toContain('fail')
    // Chance may lean a run to a fail.
    expect(verdicts.filter((verdict) => verdict === 'leans to fail').length).toBeLessThanOrEqual(1)
  })

  test.each([
    ['a rising rate that ends far above the capacity', rising(500), 3, 250],
    ['a constant rate of 1.1 times the capacity', steady(330), 3, 330],
    ['a constant rate of 1.5 times the capacity', steady(450), 3, 450],
    ['a constant rate of 1.9 times the capacity', steady(570), 3, 570],
  ])('is not sustained at %s', (_, arrivalsMs, servers, rps) => {
    for (const seed of SEEDS.slice(0, 5)) {
      expect(['fail', 'leans to fail']).toContain(
        sustains(
          servedRun(arrivalsMs, () => 10, { servers, seed }),
          rps,
        ),
      )
      const varied = servedRun(arrivalsMs, exponential(10), { servers, seed })
      expect(['fail', 'leans to fail']).toContain(sustains(varied, rps))
    }
  })

  test('of an operation may be lower by what its random share explains', () => {
    const run = each(() => ({}))
    // Half of 4 000 requests: 2 000 with a standard deviation of 32.
    const read = { ...run, requestsScheduled: 1_940, successes: 1_940, offeredRps: 194 }
    const drawn = { ...run, operations: { read } }
    const at = (rps: number): string =>
      sustainedRateVerdict(read, drawn, { rps, within: 0.01 }).reason ?? 'the load was delivered'
    expect(at(200)).toBe('the load was delivered')
    expect(at(210)).toBe('the load was not delivered')
    expect(sustains({ ...run, offeredRps: 194 }, 200)).toBe('invalid: the load was not delivered')
  })

  test('may be lower by the request, or the batch, that does not fit into the run', () => {
    const slow = resultOf({ batches: evenBatches(40, 0, () => 10), rest: { requestsScheduled: 7, successes: 7 } })
    const at = (run: Partial<LoadResult>, rps: number): string | undefined =>
      sustainedRateVerdict({ ...slow, ...run }, { ...slow, ...run }, { rps, within: 0.01 }).reason
    expect(at({ durationMs: 5_000, offeredRps: 1.4 }, 1.5)).not.toBe('the load was not delivered')
    const batching = { batchSize: 10, sentAs: 'message', messagesSent: 37 } as const
    const batched = { durationMs: 5_000, offeredRps: 74, requestsScheduled: 370, successes: 370 }
    expect(at({ ...batched, batching }, 75)).not.toBe('the load was not delivered')
    expect(at(batched, 75)).toBe('the load was not delivered')
  })

  test('is sustained when it was scheduled, requests succeeded and none piled up', () => {
    expect(
      sustains(
        each(() => ({})),
        400,
      ),
    ).toBe('pass')
    expect(
      sustains(
        each(() => ({})),
        404,
      ),
    ).toBe('pass')
  })

  test('is invalid when it was not scheduled', () => {
    expect(
      sustains(
        each(() => ({})),
        405,
      ),
    ).toBe('invalid: the load was not delivered')
  })

  test('fails when abortOn ended the run early, and is invalid when the run was interrupted', () => {
    const ended = (how: LoadResult['ended']): string =>
      sustains(
        each(() => ({}), { ended: how, offeredRps: 200 }),
        400,
      )
    expect(ended('aborted')).toBe('fail: the run was aborted')
    expect(ended('interrupted')).toBe('invalid: the run was interrupted')
    expect(ended('running')).toBe('invalid: the run has not ended')
    expect(ended('completed')).toBe('invalid: the load was not delivered')
  })

  test('may be lower with Poisson arrivals, by as much as their scatter explains', () => {
    expect(
      sustains(
        each(() => ({}), { arrivals: 'poisson' }),
        415,
      ),
    ).toBe('pass')
    expect(
      sustains(
        each(() => ({}), { arrivals: 'poisson' }),
        425,
      ),
    ).toBe('invalid: the load was not delivered')
  })

  test('is not sustained when more than one request in a hundred fails or is dropped', () => {
    expect(
      sustains(
        each((i) => (i % 8 === 0 ? { errors: { timeout: 1 } } : {})),
        400,
      ),
    ).toBe('pass')
    expect(
      sustains(
        each((i) => (i % 2 === 0 ? { errors: { timeout: 2 } } : {})),
        400,
      ),
    ).toBe('leans to pass')
    expect(
      sustains(
        each(() => ({ errors: { timeout: 2 } })),
        400,
      ),
    ).toBe('fail')
    expect(
      sustains(
        each(() => ({ dropped: { overflow: 2 } })),
        400,
      ),
    ).toBe('fail')
  })

  test('is not sustained when requests pile up, even if all of them succeed in the end', () => {
    expect(
      sustains(
        each((i) => ({ inFlight: 3 * i })),
        400,
      ),
    ).toBe('fail')
  })

  test('is sustained when the length of a queue varies', () => {
    expect(
      sustains(
        each((i) => ({ inFlight: 20 + (i % 7) * 3 })),
        400,
      ),
    ).toBe('pass')
  })

  test('is invalid when the generator dropped the requests', () => {
    expect(
      sustains(
        each(() => ({ dropped: { generator: 2 } })),
        400,
      ),
    ).toBe('invalid: the load was not delivered')
  })

  test('is not proven in less than 10 s, but leans', () => {
    const short = batches.slice(0, 30)
    expect(sustains(resultOf({ batches: short }), 400)).toBe('leans to pass')
    const failing = eachWith(short, () => ({ errors: { 'http-5xx': 10 } }))
    expect(sustains(resultOf({ batches: failing }), 400)).toBe('leans to fail')
    const broken = eachWith(
      evenBatches(30, 10, () => 10),
      () => ({ errors: { 'http-5xx': 90 } }),
    )
    expect(sustains(resultOf({ batches: broken }), 400)).toBe('fail')
  })

  test('is not proven when the number in flight varies more than the allowed shortfall', () => {
    const wandering = each((i) => ({ inFlight: 60 + Math.round(30 * Math.sin(i / 3)) }))
    const verdict = sustainedRateVerdict(wandering, wandering, { rps: 400, within: 0.01 })
    expect(verdict).toMatchObject({ verdict: 'inconclusive', leaning: 'pass' })
    expect(verdict.reasons?.map(({ code }) => code)).toEqual(['backlog-wanders'])
  })

  test('passes far below the capacity of a queue, fails far above it, and is mostly inconclusive near it', () => {
    const verdicts = (load: number): readonly string[] =>
      Array.from({ length: 12 }, (_, seed) => sustains(queueAt(load, seed), QUEUE_RPS))
    const open = (all: readonly string[]): number => all.filter((verdict) => verdict.startsWith('leans to')).length
    expect(new Set(verdicts(0.5))).toEqual(new Set(['pass']))
    expect(new Set(verdicts(1.3))).toEqual(new Set(['fail']))
    const [below, above] = [verdicts(0.97), verdicts(1.02)]
    expect(below).not.toContain('fail')
    expect(above).not.toContain('pass')
    expect(open(below)).toBeGreaterThan(6)
    expect(open(above)).toBeGreaterThan(6)
  })

  test('is judged for a phase by the growth within it', () => {
    const grown = eachWith([...batches, ...batches], (i) => ({ inFlight: Math.max(0, 8 * (i - 40)) }))
    const result = resultOf({ batches: grown, phases: { calm: [0, 40], crowded: [40, 80] } })
    const of = (name: string): string | undefined => {
      const phase = result.phases[name]
      return phase && sustainedRateVerdict(phase, result, { rps: 400, within: 0.01 }).verdict
    }
    expect([of('calm'), of('crowded')]).toEqual(['pass', 'fail'])
  })

  test('rejects the closed model with ERR_LOAD_MATCHER_MODEL', () => {
    const closed = each(() => ({}), { arrivals: 'closed' })
    expect(() => sustains(closed, 400)).toThrow(expect.objectContaining({ code: 'ERR_LOAD_MATCHER_MODEL' }))
  })
})
