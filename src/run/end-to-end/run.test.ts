import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { serviceLevelVerdict } from '../../judge/verdict/service-level.ts'
import { startFixture } from '../../../fixtures/index.ts'
import { LoadPlanError, LoadTargetError } from '../../model/errors.ts'
import type { Interval } from '../../model/figures.ts'
import { constant, sequence } from '../../traffic/patterns/index.ts'
import { expectConservation } from './conservation.conformance.ts'
import { metricsOf, runLoad, startLoad } from '../index.ts'

describe('runLoad and startLoad', () => {
  test('sends every request of the schedule once, with the same counts on both sides', async () => {
    await using server = await startFixture('plain', {})
    const result = await runLoad({ target: server.url, rate: 600, duration: '1s' })
    expect(result).toMatchObject({
      ended: 'completed',
      requestsScheduled: 600,
      successes: 600,
      offeredRps: 600,
      inFlight: 0,
    })
    expectConservation(result)
    expect((await server.control.counts()).requests).toBe(600)
  })

  test('does not count warm-up traffic', async () => {
    await using server = await startFixture('plain', {})
    const result = await runLoad({ target: server.url, rate: 400, duration: '500ms', warmUp: '250ms' })
    expect(result.requestsScheduled).toBe(200)
    expect((await server.control.counts()).requests).toBe(300)
    expectConservation(result)
  })

  test('sends the same requests with two threads as with one', async () => {
    await using server = await startFixture('plain', {})
    const plan = {
      target: server.url,
      rate: 400,
      duration: '500ms',
      arrivals: 'poisson',
      seed: 'c0ffee',
      request: [
        { name: 'read', path: '/r', weight: 3 },
        { name: 'write', method: 'POST', path: '/w', body: 'x' },
      ],
    } as const
    const one = await runLoad({ ...plan, threads: 1 })
    const two = await runLoad({ ...plan, threads: 2 })
    expect(two.generator.threads).toBe(2)
    expect(two.requestsScheduled).toBe(one.requestsScheduled)
    expect(two.operations['write']?.requestsScheduled).toBe(one.operations['write']?.requestsScheduled)
    expect(two.bytesSent).toBe(one.bytesSent)
    expectConservation(one)
    expectConservation(two)
  })

  test('reports each part of a sequence as a phase', async () => {
    await using server = await startFixture('plain', {})
    const pattern = sequence(
      constant({ name: 'calm', rate: 200, duration: '500ms' }),
      constant({ name: 'storm', rate: 800, duration: '500ms' }),
    )
    const result = await runLoad({ target: server.url, pattern, arrivals: 'jittered' })
    expect(result.arrivals).toBe('jittered')
    expect(result.phases['calm']?.requestsScheduled).toBe(100)
    expect(result.phases['storm']?.requestsScheduled).toBe(400)
    expect(result.phases['storm']).toMatchObject({ startMs: 500, endMs: 1_000, durationMs: 500 })
    expectConservation(result)
  })

  test('calls a request function once per request, ahead of time', async () => {
    await using server = await startFixture('plain', {})
    const seen: number[] = []
    const result = await runLoad({
      target: server.url,
      rate: 600,
      duration: '500ms',
      threads: 2,
      request({ sequence: position }) {
        seen.push(position)
        return { path: `/item/${position}`, name: position % 2 === 0 ? 'even' : 'odd' }
      },
    })
    expect(result.generator.mode).toBe('worker')
    expect(result.operations['even']?.successes).toBe(150)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.length).toBe(300)
    expectConservation(result)
  })

  test('runs inline only if the plan contains functions that cannot cross to a thread, and reports it', async () => {
    await using server = await startFixture('plain', {})
    const result = await runLoad({
      target: server.url,
      rate: 200,
      duration: '500ms',
      request: { check: ({ status }) => status === 200 },
    })
    expect(result.generator.mode).toBe('inline')
    expect(result.generator.doubts).toContainEqual(expect.objectContaining({ reason: 'request-function' }))
    expect(result.successes).toBe(100)
  })

  test('keeps exactly `concurrency` requests in flight in the closed model', async () => {
    await using server = await startFixture('capacity', { servers: 4, serviceMs: 10 })
    const result = await runLoad({ target: server.url, concurrency: 8, duration: '2s' })
    expect(result.arrivals).toBe('closed')
    // 4 workers of 10 ms per request sustain at most 400/s.
    expect(result.throughputRps).toBeLessThan(410)
    // Little's law: eight requests are always in flight, however long each takes on a busy machine.
    const meanMs = result.responseTime.meanMs ?? 0
    expect((result.throughputRps * meanMs) / 1_000).toBeGreaterThan(7.5)
    expect((result.throughputRps * meanMs) / 1_000).toBeLessThan(8.2)
    expect(Math.max(...result.batches.inFlight)).toBe(8)
    expectConservation(result)
  })

  test('measures requests of the closed model that take longer than the run', async () => {
    await using server = await startFixture('capacity', { servers: 4, serviceMs: 500 })
    const result = await runLoad({ target: server.url, concurrency: 2, duration: '300ms' })
    expect(result).toMatchObject({ requestsScheduled: 2, successes: 2 })
    expect((await server.control.counts()).requests).toBe(2)
  })

  test.each(['long-lived', 'pooled', 'short-lived'] as const)(
    'opens as many %s connections as the kind requires',
    async (connection) => {
      await using server = await startFixture('plain', {})
      const result = await runLoad({ target: server.url, rate: 200, duration: '500ms', connection, maxConnections: 10 })
      const { opened } = result.connections
      if (connection === 'long-lived') expect(opened).toBe(10)
      if (connection === 'pooled') expect(opened).toBeLessThanOrEqual(10)
      if (connection === 'short-lived') expect(opened).toBe(100)
      expect(result.successes).toBe(100)
      expectConservation(result)
    },
  )

  test('drops and counts requests without a free connection with overflow: drop', async () => {
    await using server = await startFixture('capacity', { servers: 1, serviceMs: 50 })
    const result = await runLoad({ target: server.url, rate: 100, duration: '1s', maxConnections: 2, overflow: 'drop' })
    expect(result.droppedByReason.overflow).toBe(result.dropped)
    expect(result.dropped).toBeGreaterThan(60)
    expect(result.successes + result.dropped).toBe(100)
    expectConservation(result)
  })

  test('ends on time when the target hangs, with every request accounted for', async () => {
    await using server = await startFixture('stall', { afterMs: 500 })
    const startedMs = performance.now()
    const result = await runLoad({
      target: server.url,
      rate: 100,
      duration: '2s',
      requestTimeout: '1s',
      maxConnections: 10,
    })
    // Two seconds of schedule, one of time-out, two to close connections to a server that does not respond; the rest is
    // tolerance.
    expect(performance.now() - startedMs).toBeLessThan(12_000)
    expect(result.requestsScheduled).toBe(200)
    expect(result.timeouts).toBeGreaterThan(0)
    expect(result.droppedByReason['pool-wait']).toBeGreaterThan(0)
    expect(result.unanswered).toBe(result.timeouts + result.dropped)
    expectConservation(result)
  })

  test('stops within a second and keeps the measured figures', async () => {
    let stopMs = Number.POSITIVE_INFINITY
    // A busy machine can delay one of the runs. A run that waited for its requests in flight would take 10 s.
    for (let attempt = 0; attempt < 3 && stopMs > 1_000; attempt++) {
      await using server = await startFixture('stall', { afterMs: 1_000 })
      const run = startLoad({ target: server.url, rate: 100, duration: '60s' })
      const iterator = run[Symbol.asyncIterator]()
      const first: IteratorResult<Interval> = await iterator.next()
      expect(first.value?.successes).toBeGreaterThan(0)
      expect(run.metrics().ended).toBe('running')
      const polled = metricsOf(run.generatorId)
      expect(polled).toMatchObject({ ended: 'running', generatorId: run.generatorId })
      expect(polled?.successes).toBeGreaterThanOrEqual(first.value?.successes ?? 0)
      const askedMs = performance.now()
      const result = await run.stop('enough')
      stopMs = performance.now() - askedMs
      expect(result).toMatchObject({ ended: 'interrupted', endedBecause: 'enough' })
      expect(result.successes).toBeGreaterThan(0)
      expect(result.inFlight).toBe(0)
      expect(metricsOf(run.generatorId)).toBeUndefined()
      expectConservation(result)
    }
    expect(stopMs).toBeLessThan(1_000)
  })

  test('aborts when a limit of the SLA is exceeded beyond reasonable doubt', async () => {
    await using server = await startFixture('failing', { ratio: 0.5 })
    const startedMs = performance.now()
    const result = await runLoad({ target: server.url, rate: 200, duration: '60s', abortOn: { errorRate: 0.1 } })
    expect(performance.now() - startedMs).toBeLessThan(20_000)
    expect(result.ended).toBe('aborted')
    expect(result.endedBecause).toContain('error rate')
    expectConservation(result)
  })

  test('ends early, as a complete run, once every limit is decided', async () => {
    await using server = await startFixture('latency', {
      distribution: { kind: 'lognormal', medianMs: 20, sigma: 0.1 },
    })
    const duration = { min: '1s', max: '60s' }
    const result = await runLoad({ target: server.url, rate: 100, duration, sla: { p50Ms: 5 } })
    expect(result.ended).toBe('completed')
    expect(result.plan.looks).toEqual({ count: 5, minDurationMs: 1_000, maxDurationMs: 60_000 })
    // The first look is at 1 s, and the run ends with a full second.
    expect(result.plan.durationMs).toBeLessThan(20_000)
    expect(result.plan.durationMs % 1_000).toBe(0)
    expect(result.durationMs).toBe(result.plan.durationMs)
    expect(result.requestsScheduled).toBe(result.plan.durationMs / 10)
    expect(result.offeredRps).toBe(100)
    expect(serviceLevelVerdict(result, result, result.plan.sla).verdict).toBe('fail')
    expectConservation(result)
  })

  test('reaches the longest duration while a limit is not decided', async () => {
    await using server = await startFixture('latency', {
      distribution: { kind: 'lognormal', medianMs: 20, sigma: 0.1 },
    })
    const duration = { min: 500, max: '2s' }
    const result = await runLoad({ target: server.url, rate: 100, duration, sla: { p50Ms: 5, errorRate: 0.01 } })
    expect([result.ended, result.durationMs]).toEqual(['completed', 2_000])
    expect(serviceLevelVerdict(result, result, { errorRate: 0.01 })).toMatchObject({
      verdict: 'inconclusive',
      advice: expect.stringMatching(/duration\.max: '\d+s'/),
    })
  })

  test('continues when the server restarts during the run, and counts lost requests as errors', async () => {
    const first = createServer((_, response) => response.end('first')).listen(0, '127.0.0.1')
    await once(first, 'listening')
    const { port } = first.address() as AddressInfo
    const run = startLoad({
      target: `http://127.0.0.1:${port}`,
      rate: 200,
      duration: '4s',
      connection: 'long-lived',
      maxConnections: 5,
      requestTimeout: '1s',
      // Exponentially growing delays would outlast the run if a busy machine restarts the server late.
      reconnect: { maxBackoffMs: 200 },
    })
    await run[Symbol.asyncIterator]().next()
    first.close()
    first.closeAllConnections()
    await setTimeout(500)
    await using second = createServer((_, response) => response.end('second')).listen(port, '127.0.0.1')
    const result = await run.result
    second.closeAllConnections()
    expect(result.ended).toBe('completed')
    expect(result.connections.failed).toBeGreaterThan(0)
    expect(result.connections.reconnects).toBeGreaterThanOrEqual(5)
    expect(result.requestsScheduled).toBe(800)
    expect(result.intervals.at(-1)?.errors).toBe(0)
    expect(result.successes).toBeGreaterThan(700)
    expectConservation(result)
  })
})

describe('a request that code of the user cannot make', () => {
  test('ends the run if it has a check function', async () => {
    await using server = await startFixture('plain', {})
    const failure = runLoad({ target: server.url, rate: 10, duration: '1s', request: () => ({ check: () => true }) })
    await expect(failure).rejects.toThrow('request(0).check cannot be a function in a request that a function returns')
  })

  test('is not sent if a custom pattern throws, and the result so far remains', async () => {
    await using server = await startFixture('plain', {})
    const pattern = {
      name: 'mine',
      durationMs: 2_000,
      rateAt: () => 100,
      expectedBy: (tMs: number) => tMs / 10,
      timeOf(expected: number) {
        if (thrown && expected > 50) throw new RangeError('no formula for that')
        return expected * 10
      },
    }
    let thrown = false
    const run = startLoad({ target: server.url, pattern })
    thrown = true
    const result = await run.result
    expect(result).toMatchObject({
      ended: 'interrupted',
      endedBecause: 'the pattern threw RangeError: no formula for that',
    })
    expect(result.requestsScheduled).toBe(50)
    expectConservation(result)
  })

  test('has empty figures and no duration when it was stopped during warm-up', async () => {
    await using server = await startFixture('plain', {})
    const run = startLoad({ target: server.url, rate: 100, duration: '5s', warmUp: '20s' })
    // A busy machine may take long to start the generator.
    while ((await server.control.counts()).requests === 0) await setTimeout(100)
    const result = await run.stop()
    expect(result).toMatchObject({ ended: 'interrupted', durationMs: 0, requestsScheduled: 0, throughputRps: 0 })
  })
})

describe('a run that cannot start rejects', () => {
  test('with all mistakes of the plan at once, before any traffic', () => {
    const plan = { target: 'http://127.0.0.1:1', rate: -1, durration: 5 }
    expect(() => startLoad(plan as never)).toThrow(LoadPlanError)
  })

  test('with a remedy when nothing listens', async () => {
    const server = await startFixture('plain', {})
    await server.stop()
    const failure = runLoad({ target: server.url, rate: 10, duration: '1s' })
    await expect(failure).rejects.toThrow(LoadTargetError)
    await expect(failure).rejects.toThrow(/no server responds at .*start the server first/su)
  })
})
