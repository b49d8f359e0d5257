import { describe, expect, test } from 'vitest'
import type { LoadResult } from '../../model/result.ts'
import type { Ms } from '../../model/units.ts'
import { doubt } from '../../wording/doubts.ts'
import { type BatchCase, resultOf } from '../result.builder.ts'
import { seeded } from './simulated-services.builder.ts'
import { percentileVerdict } from './percentile.ts'
import { sustainedRateVerdict } from './sustained-rate.ts'

const RPS = 100
const BATCH_MS = 100
const TIMEOUT_MS = 10_000
const NO_USE = { cpuPercent: 20, busiestProcessCpuPercent: 20, rssMb: 50, openSockets: 4, bytesIn: 0, bytesOut: 0 }

/** Returns when each request ends, from its arrival; undefined if it is dropped. */
type Service = (atMs: number, index: number) => number | undefined

/** Uniform arrivals for 2 s, and batches until the last request has ended. */
function runOf(service: Service, spanMs = 2_000, lagMsOf: (batch: number) => Ms = () => 0): LoadResult {
  const made: { responsesMs: number[]; arrivals: number; inFlight: number; timeout: number; overflow: number }[] = []
  const batchAt = (ms: number): (typeof made)[number] => {
    const index = Math.floor(ms / BATCH_MS)
    while (made.length <= index) made.push({ responsesMs: [], arrivals: 0, inFlight: 0, timeout: 0, overflow: 0 })
    return made[index] as (typeof made)[number]
  }
  const arrivals = (spanMs * RPS) / 1_000
  for (let i = 0; i < arrivals; i++) {
    const atMs = ((i + 0.5) * 1_000) / RPS
    const doneMs = service(atMs, i)
    const endMs = doneMs === undefined ? atMs : Math.min(doneMs, atMs + TIMEOUT_MS)
    batchAt(atMs).arrivals++
    const end = batchAt(endMs)
    if (doneMs === undefined) end.overflow++
    else if (doneMs > endMs) end.timeout++
    else end.responsesMs.push(doneMs - atMs)
    for (let batch = Math.floor(atMs / BATCH_MS); batch < Math.floor(endMs / BATCH_MS); batch++) {
      batchAt(batch * BATCH_MS).inFlight++
    }
  }
  const batches: readonly BatchCase[] = made.map(({ timeout, overflow, ...batch }, index) =>
    Object.assign(batch, {
      errors: timeout > 0 ? { timeout } : {},
      dropped: overflow > 0 ? { overflow } : {},
      generatorLagMs: lagMsOf(index),
    }),
  )
  return resultOf({ batches, batchMs: BATCH_MS, rest: { durationMs: spanMs, offeredRps: RPS } })
}

/** One request after the other. */
function serial(serviceMs: (atMs: number) => number): Service {
  let freeMs = 0
  return (atMs) => (freeMs = Math.max(atMs, freeMs) + serviceMs(atMs))
}

function verdictOn(run: LoadResult): readonly [verdict: string, codes: readonly string[]] {
  const { verdict, reasons = [] } = sustainedRateVerdict(run, run, { rps: RPS, within: 0.01 })
  return [verdict, reasons.map(({ code }) => code)]
}

describe('a rate in a run of 2 s', () => {
  test('fails when most requests fail and the target completes a fraction of them', () => {
    const run = runOf(serial(() => 150))
    expect(verdictOn(run)).toEqual(['fail', ['rate-missed']])
    const { details } = sustainedRateVerdict(run, run, { rps: RPS, within: 0.01 })
    expect(details).toContain('the target completed at most 7.5 req/s in any 400 ms, but 100 req/s arrived')
  })

  test('fails when almost no request finds a connection', () => {
    const run = runOf((atMs, i) => (i % 100 === 0 ? atMs + 2_500 : undefined))
    expect(verdictOn(run)).toEqual(['fail', ['rate-missed']])
    const { details } = sustainedRateVerdict(run, run, { rps: RPS, within: 0.01 })
    expect(details).toContainEqual(expect.stringMatching(/^→ 198 requests were dropped because all 20 connections/))
  })

  test('fails when all requests succeed in the end, at a constant rate far below that of the arrivals', () => {
    expect(verdictOn(runOf(serial(() => 50)))).toEqual(['fail', ['rate-missed']])
    const random = seeded(1)
    const exponential = runOf(serial(() => -40 * Math.log(random())))
    expect(verdictOn(exponential)).toEqual(['fail', ['rate-missed']])
  })

  test('is not proven to be missed by a target that completes more than half of it', () => {
    expect(verdictOn(runOf(serial(() => 15)))).toEqual(['inconclusive', ['short-span']])
  })

  test('is not proven to be missed by one stall, however long', () => {
    expect(verdictOn(runOf((atMs) => Math.max(atMs + 5, 1_900)))).toEqual(['inconclusive', ['short-span']])
  })

  test('is not proven to be missed by a service with long response times', () => {
    const verdicts = Array.from({ length: 10 }, (_, seed) => {
      const random = seeded(seed)
      const normal = (): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
      return verdictOn(runOf((atMs) => atMs + 3_000 * Math.exp(0.5 * normal())))[0]
    })
    expect(new Set(verdicts)).toEqual(new Set(['inconclusive']))
  })

  test('is not proven to be missed by fewer than 20 requests', () => {
    const few = serial(() => 1_500)
    expect(verdictOn(runOf(few, 150))).toEqual(['inconclusive', ['short-span']])
  })

  test('fails although the target waited for a core now and then, but not if that explains the missing responses', () => {
    const waiting = (coreWaitMs: Ms): LoadResult => {
      const run = runOf(
        serial(() => 50),
        800,
      )
      const samples = [1, 2, 3, 4, 5].map((second) => Object.assign({ atMs: 1_000 * second, coreWaitMs }, NO_USE))
      const doubts = [doubt({ code: 'foreign-load', cpuPercent: 100 })]
      return { ...run, generator: { ...run.generator, doubts }, target: { ...run.target, samples } }
    }
    expect(verdictOn(waiting(13))).toEqual(['fail', ['rate-missed']])
    expect(verdictOn(waiting(800))).toEqual(['invalid', ['cores-taken']])
  })

  test('is invalid when the generator was so often late that it explains the missing responses', () => {
    const late = runOf(
      serial(() => 50),
      2_000,
      () => 80,
    )
    expect(verdictOn(late)).toEqual(['invalid', ['sent-late']])
  })
})

describe('a percentile in a run of 5 s', () => {
  function judged(service: Service, limitMs = 50): readonly [verdict: string, codes: readonly string[]] {
    const run = runOf(service, 5_000)
    const { verdict, reasons = [] } = percentileVerdict(run, run, { percentile: 95, limitMs })
    return [verdict, reasons.map(({ code }) => code)]
  }

  test('fails when the target completes less than arrives, at a constant rate', () => {
    expect(judged(serial(() => 14))).toEqual(['fail', ['rate-missed']])
    const random = seeded(2)
    expect(judged(serial(() => -25 * Math.log(random())))).toEqual(['fail', ['rate-missed']])
    const run = runOf(
      serial(() => 14),
      5_000,
    )
    const { details } = percentileVerdict(run, run, { percentile: 95, limitMs: 50 })
    expect(details).toContain('the target completed at most 72 req/s in any 1 s, but 100 req/s arrived')
  })

  test('is open when the target nearly keeps up, or stalled once for more than half of the run', () => {
    expect(judged(serial(() => 10.5))[0]).toBe('inconclusive')
    expect(judged((atMs) => (atMs < 1_000 ? atMs + 5 : Math.max(atMs + 5, 4_500)))[0]).toBe('inconclusive')
  })

  test('passes no judgement on a queue whose response times are still below the limit', () => {
    expect(
      judged(
        serial(() => 14),
        5_000,
      )[0],
    ).toBe('inconclusive')
  })

  test('is open when response times differ by more than the run is long', () => {
    const verdicts = Array.from({ length: 10 }, (_, seed) => {
      const random = seeded(seed)
      const normal = (): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
      return judged((atMs) => atMs + (atMs < 300 ? 5 : 3_000 * Math.exp(normal())))[0]
    })
    expect(verdicts).not.toContain('pass')
    expect(verdicts).not.toContain('fail')
  })
})
