import { describe, expect, test } from 'vitest'
import { fatesOf, onVirtualTime, runVirtually } from './virtual-run.fixture.ts'

onVirtualTime()

test('keeps exactly n in flight, starts one when one ends, and ends with the last response', async () => {
  const run = await runVirtually({
    concurrency: 4,
    lastArrivalMs: 1_000,
    target: { answer: () => ({ afterMs: 30 }) },
  })
  expect(run.target.peakInFlight).toBe(4)
  // Starts at 0, 30, … 990; the last four end at 1020.
  expect(fatesOf(run)).toEqual({ success: 4 * 34 })
  expect(run.endedAtMs).toBe(1_020)
  const starts = run.samples.map(({ intendedMs }) => intendedMs)
  for (let atMs = 0; atMs <= 990; atMs += 30) expect(starts.filter((ms) => ms === atMs)).toHaveLength(4)
})

test('a request starts without waiting: its response time is its service time', async () => {
  const run = await runVirtually({ concurrency: 4, lastArrivalMs: 1_000, kind: 'long-lived', maxConnections: 4 })
  for (const { intendedMs, dueMs, sentMs } of run.samples) expect([dueMs, sentMs]).toEqual([intendedMs, intendedMs])
})

test('with more clients than connections, the other clients wait and no request is lost', async () => {
  for (const overflow of ['queue', 'drop'] as const) {
    const run = await runVirtually({
      concurrency: 10,
      maxConnections: 2,
      lastArrivalMs: 500,
      overflow,
      target: { answer: () => ({ afterMs: 10 }) },
    })
    expect(run.target.peakInFlight).toBe(2)
    // Ten start at 0, and two each time two end, at 10, 20, … 490.
    expect(fatesOf(run)).toEqual({ success: 10 + 49 * 2 })
    const waits = run.samples.filter(({ intendedMs }) => intendedMs > 100).map(({ dueMs, sentMs }) => sentMs - dueMs)
    expect(new Set(waits)).toEqual(new Set([40]))
  }
})

test('a client continues with the next request after a failed one', async () => {
  const run = await runVirtually({
    concurrency: 3,
    lastArrivalMs: 2_000,
    requestTimeoutMs: 200,
    target: {
      answer: ({ requestId }) =>
        requestId % 3 === 0
          ? { afterMs: undefined }
          : { afterMs: 10, ...(requestId % 3 === 1 ? { errorClass: 'http-5xx' } : { ends: 'lose' }) },
    },
  })
  const { timeout = 0, connection = 0, 'http-5xx': failed = 0 } = fatesOf(run)
  expect(Math.abs(timeout - connection)).toBeLessThanOrEqual(3)
  expect(Math.abs(timeout - failed)).toBeLessThanOrEqual(3)
  const lastMs = Math.max(...run.samples.map(({ intendedMs }) => intendedMs))
  expect(lastMs).toBeGreaterThan(1_700)
  const early = run.samples.filter(({ intendedMs }) => intendedMs === 0)
  expect(early).toHaveLength(3)
})

test('clients start when their payloads arrive', async () => {
  let known = 2
  const run = await runVirtually({
    concurrency: 5,
    lastArrivalMs: 100,
    picker: { pick: (sequence) => (sequence < known ? 'request' : 'later') },
    target: { answer: () => ({ afterMs: 20 }) },
    events: [
      [
        45,
        ({ dispatcher }) => {
          known = 1_000
          dispatcher.payloadsCame()
        },
      ],
    ],
  })
  const starts = run.samples.map(({ intendedMs }) => intendedMs)
  expect(starts).toEqual([
    0,
    0,
    ...Array<number>(5).fill(45),
    ...Array<number>(5).fill(65),
    ...Array<number>(5).fill(85),
  ])
})

describe('a run that is started 30 ms ahead', () => {
  const ahead = { concurrency: 4, lastArrivalMs: 100, leadMs: 30 }

  test('starts its clients with the measured part, so that requests longer than it count', async () => {
    const run = await runVirtually({ ...ahead, target: { answer: () => ({ afterMs: 500 }) } })
    expect(run.samples).toHaveLength(4)
    expect(run.samples).toMatchObject(Array.from({ length: 4 }, () => ({ measured: true, fate: 'success' })))
    for (const { intendedMs, sentMs } of run.samples) {
      expect(intendedMs).toBeGreaterThanOrEqual(0)
      expect(intendedMs).toBeLessThan(2)
      expect(sentMs).toBe(intendedMs)
    }
  })

  test('starts its clients with the warm-up', async () => {
    const warmUp = { arrivalTimes: [], durationMs: 50 }
    const run = await runVirtually({ ...ahead, warmUp, target: { answer: () => ({ afterMs: 10 }) } })
    const starts = run.samples.map(({ intendedMs }) => intendedMs)
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(-50)
    expect(Math.min(...starts)).toBeLessThan(-48)
    expect(run.samples.filter(({ measured }) => !measured)).toHaveLength(4 * 5)
  })

  test('starts its journeys with the measured part', async () => {
    const run = await runVirtually({ ...ahead, journey: () => [{}, { thinkMs: 20 }] })
    expect(Math.min(...run.journeys.map(({ intendedMs }) => intendedMs))).toBeGreaterThanOrEqual(0)
    expect(run.journeys.every(({ measured }) => measured)).toBe(true)
  })

  test('asks for payloads before, and sends each once', async () => {
    const askedAtMs: number[] = []
    const startedMs = performance.now() + 100
    const run = await runVirtually({
      ...ahead,
      picker: {
        pick() {
          askedAtMs.push(performance.now() - startedMs)
          return askedAtMs.length === 1 ? 'later' : 'request'
        },
      },
    })
    expect(askedAtMs[0]).toBe(0)
    expect(askedAtMs[1]).toBeGreaterThanOrEqual(30)
    expect(run.samples[0]).toMatchObject({ requestId: 0 })
  })

  test('is over if its schedule ends before that', async () => {
    const run = await runVirtually({ ...ahead, events: [[10, ({ dispatcher }) => dispatcher.stop()]] })
    expect(run.samples).toEqual([])
  })
})

test('a run ends even if its payloads never arrive', async () => {
  const run = await runVirtually({
    concurrency: 5,
    lastArrivalMs: 100,
    picker: { pick: () => 'later' },
  })
  expect(run.samples).toEqual([])
  expect(run.endedAtMs).toBe(100)
})

test('a protocol that responds before it returns does not grow the call stack', async () => {
  const run = await runVirtually({
    concurrency: 2,
    lastArrivalMs: 10,
    target: { answer: ({ requestId }) => ({ afterMs: requestId < 30_000 ? 0 : 5 }) },
  })
  expect(fatesOf(run)).toEqual({ success: 30_004 })
})

describe('with a ceiling of one start in 20 ms', () => {
  const ceiling = { concurrency: 4, startGapMs: 20, lastArrivalMs: 2_000 }

  test('clients that are faster wait for it', async () => {
    const run = await runVirtually({ ...ceiling, target: { answer: () => ({ afterMs: 1 }) } })
    const starts = run.samples.map(({ intendedMs }) => intendedMs)
    for (let fromMs = 0; fromMs < 1_000; fromMs += 10) {
      const inSecond = starts.filter((ms) => ms >= fromMs && ms < fromMs + 1_000)
      expect(inSecond.length).toBeLessThanOrEqual(51)
    }
    expect(starts.length).toBeGreaterThanOrEqual(99)
    // The wait for the ceiling is no wait of a request.
    for (const { intendedMs, sentMs } of run.samples) expect(sentMs).toBe(intendedMs)
  })

  test('slower clients do not notice it', async () => {
    const answer = (): { afterMs: number } => ({ afterMs: 100 })
    const run = await runVirtually({ ...ceiling, target: { answer } })
    expect(run.target.peakInFlight).toBe(4)
    expect(run.samples.length).toBe(4 * 20)
  })

  test('the run ends while clients wait for it', async () => {
    const run = await runVirtually({ ...ceiling, startGapMs: 5_000, lastArrivalMs: 1_000 })
    expect(fatesOf(run)).toEqual({ success: 1 })
    expect(run.endedAtMs).toBeLessThan(1_100)
  })
})
