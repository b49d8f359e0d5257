import { describe, expect, test } from 'vitest'
import { evenly, fatesOf, onVirtualTime, quantile, runVirtually } from './virtual-run.fixture.ts'
import type { Behaviour } from './virtual-target.fixture.ts'

onVirtualTime()

const REQUESTS = { arrivalTimes: evenly(5, 10_000), lastArrivalMs: 10_000 }

describe('the schedule', () => {
  test('sends every request at its intended start', async () => {
    const { samples } = await runVirtually(REQUESTS)
    expect(samples).toHaveLength(2_000)
    expect(samples.every(({ intendedMs, dueMs, sentMs }) => dueMs === intendedMs && sentMs === intendedMs)).toBe(true)
    expect(samples.every(({ sentMs, doneMs }) => doneMs === sentMs + 1)).toBe(true)
  })

  test('is not slowed by a slow target', async () => {
    const run = await runVirtually({ ...REQUESTS, maxConnections: 500, target: { answer: () => ({ afterMs: 2_000 }) } })
    expect(run.samples.every(({ intendedMs, dueMs }) => dueMs === intendedMs)).toBe(true)
    expect(run.target.peakInFlight).toBe(400)
    expect(fatesOf(run)).toEqual({ success: 2_000 })
  })

  test('sends requests between two timer ticks together, none before its intended start', async () => {
    const arrivalTimes = Array.from({ length: 1_000 }, (_, i) => (i + 1) * 0.3)
    const { samples } = await runVirtually({ arrivalTimes, lastArrivalMs: 300, maxConnections: 100 })
    for (const { intendedMs, dueMs } of samples) expect(dueMs - intendedMs).toBeLessThan(1)
  })

  test('ends the run with the last response, not later', async () => {
    const { endedAtMs } = await runVirtually({ ...REQUESTS, target: { answer: () => ({ afterMs: 40 }) } })
    expect(endedAtMs).toBe(10_040)
  })
})

describe('a server that stalls for 1 s of 10 at 200 req/s over 10 connections', () => {
  const SERVICE_MS = 2
  const STALL: Behaviour = {
    answer: ({ atMs }) => ({ afterMs: atMs >= 5_000 && atMs < 6_000 ? 6_000 + SERVICE_MS - atMs : SERVICE_MS }),
  }

  test('shows in response time, but not in service time, which it affects for only ten requests', async () => {
    const run = await runVirtually({ ...REQUESTS, kind: 'long-lived', maxConnections: 10, target: STALL })
    expect(fatesOf(run)).toEqual({ success: 2_000 })
    const response = run.samples.map(({ intendedMs, doneMs }) => doneMs - intendedMs)
    const service = run.samples.map(({ sentMs, doneMs }) => doneMs - sentMs)

    // Computed by hand: the k-th request of the stall was intended at 5000 + 5k. Ten of them end at 6002, the next ten
    // at 6004, and so on. The 21st slowest of 2 000 (k = 20) is intended at 5100 and ends at 6006.
    expect(quantile(response, 0.99)).toBe(906)
    expect(Math.max(...response)).toBe(1_002)
    expect(quantile(service, 0.99)).toBe(SERVICE_MS)
    expect(service.filter((ms) => ms > SERVICE_MS)).toHaveLength(10)
    expect(response.filter((ms) => ms > SERVICE_MS).length).toBeGreaterThan(190)
  })

  test('with `drop`, delays only the requests in flight and drops the others', async () => {
    const run = await runVirtually({ ...REQUESTS, overflow: 'drop', maxConnections: 10, target: STALL })
    // Ten requests are in flight from 5000 … 5045 until 6002, so those of 5050 … 6000 find no free connection.
    expect(fatesOf(run)).toEqual({ success: 1_809, overflow: 191 })
    expect(run.samples.every(({ fate, dueMs, sentMs }) => fate === 'dropped' || sentMs === dueMs)).toBe(true)
  })
})

describe('a late dispatcher', () => {
  test('sends every due request and records the lag of each', async () => {
    const run = await runVirtually({
      arrivalTimes: evenly(5, 7_000),
      lastArrivalMs: 7_000,
      maxConnections: 2_000,
      events: [[1_002, ({ jump }) => jump(5_000)]],
    })
    expect(fatesOf(run)).toEqual({ success: 1_400 })
    const late = run.samples.filter(({ intendedMs, dueMs }) => dueMs > intendedMs)
    expect(late).toHaveLength(1_000)
    for (const { intendedMs, dueMs } of late) expect(dueMs - intendedMs).toBeLessThanOrEqual(5_005)
    expect(Math.max(...late.map(({ intendedMs, dueMs }) => dueMs - intendedMs))).toBeGreaterThan(4_995)
  })

  test('drops requests that are later than the timeout, with the reason `generator`', async () => {
    const run = await runVirtually({
      arrivalTimes: evenly(10, 4_000),
      lastArrivalMs: 4_000,
      maxConnections: 1_000,
      requestTimeoutMs: 1_000,
      events: [[505, ({ jump }) => jump(3_000)]],
    })
    // It wakes at 3510 or slightly earlier, so requests intended more than one second before that are too late.
    expect(fatesOf(run)).toEqual({ success: 200, generator: 200 })
    const dropped = run.samples.filter(({ dropReason }) => dropReason === 'generator')
    for (const { intendedMs, dueMs } of dropped) expect(dueMs - intendedMs).toBeGreaterThan(1_000)
  })

  test('abandons arrivals that it did not detect before the run ended', async () => {
    const run = await runVirtually({
      arrivalTimes: evenly(10, 4_000),
      lastArrivalMs: 4_000,
      requestTimeoutMs: 1_000,
      events: [[505, ({ jump }) => jump(60_000)]],
    })
    const { success = 0, ...rest } = fatesOf(run)
    expect(success).toBe(50)
    expect(Object.values(rest).reduce((sum, count) => sum + count, 0)).toBe(350)
    expect(Object.keys(rest).every((name) => name.endsWith('generator'))).toBe(true)
  })
})

describe('requests whose payload another thread creates', () => {
  test('are sent when the payload arrives, and the delay counts as lag', async () => {
    let known = false
    const run = await runVirtually({
      arrivalTimes: evenly(10, 1_000),
      lastArrivalMs: 1_000,
      picker: { pick: (sequence) => (known || sequence < 10 ? 'request' : 'later') },
      events: [
        [
          253,
          ({ dispatcher }) => {
            known = true
            dispatcher.payloadsCame()
          },
        ],
      ],
    })
    expect(fatesOf(run)).toEqual({ success: 100 })
    const lags = run.samples.map(({ intendedMs, dueMs }) => dueMs - intendedMs)
    expect(lags.filter((lagMs) => lagMs > 0)).toHaveLength(15)
    expect(Math.max(...lags)).toBe(143)
  })

  test('are abandoned after the timeout, with the reason `generator`, if the payload never arrives', async () => {
    const run = await runVirtually({
      arrivalTimes: evenly(10, 1_000),
      lastArrivalMs: 1_000,
      requestTimeoutMs: 500,
      picker: { pick: (sequence) => (sequence < 10 ? 'request' : 'later') },
    })
    expect(fatesOf(run)).toEqual({ success: 10, 'undispatched: generator': 90 })
    expect(run.endedAtMs).toBe(1_500)
  })
})

describe('a misbehaving protocol', () => {
  test('counts once when it responds twice', async () => {
    const run = await runVirtually({ ...REQUESTS, target: { answer: () => ({ afterMs: 3, twice: true }) } })
    expect(fatesOf(run)).toEqual({ success: 2_000 })
  })

  test('may respond before it returns, even with many requests waiting', async () => {
    const run = await runVirtually({
      arrivalTimes: evenly(0.5, 10_000),
      lastArrivalMs: 10_000,
      maxConnections: 1,
      target: { answer: ({ requestId }) => ({ afterMs: requestId === 0 ? 9_000 : 0 }) },
    })
    expect(fatesOf(run)).toEqual({ success: 20_000 })
  })
})

describe('a schedule that ends earlier than planned', () => {
  test('starts nothing after its new end, and waits for the last response', async () => {
    const run = await runVirtually({
      ...REQUESTS,
      endsAtMs: 4_000,
      maxConnections: 100,
      target: { answer: () => ({ afterMs: 300 }) },
      events: [[3_900, ({ dispatcher }) => dispatcher.endAt(4_000)]],
    })
    expect(fatesOf(run)).toEqual({ success: 800 })
    expect(Math.max(...run.samples.map(({ intendedMs }) => intendedMs))).toBe(4_000)
    expect(run.endedAtMs).toBe(4_300)
    expect(run.undispatched).toEqual([])
  })

  test('ends at once if its new end has passed and nothing is in flight', async () => {
    const run = await runVirtually({
      ...REQUESTS,
      endsAtMs: 4_000,
      events: [[4_002, ({ dispatcher }) => dispatcher.endAt(4_000)]],
    })
    expect(fatesOf(run)).toEqual({ success: 800 })
    expect(run.endedAtMs).toBeLessThan(4_010)
  })

  test('gives up requests without a response one timeout after its new end, and counts no later arrival', async () => {
    const run = await runVirtually({
      ...REQUESTS,
      maxConnections: 1,
      requestTimeoutMs: 1_000,
      endsAtMs: 2_000,
      target: { answer: () => ({ afterMs: undefined }) },
      events: [[2_000, ({ dispatcher }) => dispatcher.endAt(2_000)]],
    })
    expect(run.samples).toHaveLength(400)
    expect(run.undispatched).toEqual([])
    expect(run.endedAtMs).toBeLessThan(3_100)
  })

  test('ends the closed model', async () => {
    const run = await runVirtually({
      lastArrivalMs: 10_000,
      concurrency: 4,
      target: { answer: () => ({ afterMs: 100 }) },
      events: [[1_950, ({ dispatcher }) => dispatcher.endAt(2_000)]],
    })
    expect(fatesOf(run)).toEqual({ success: 80 })
    expect(run.endedAtMs).toBe(2_000)
  })
})

describe('checks for timeouts', () => {
  /** Times at which checks ran. */
  async function checksOf(arrivalTimes: readonly number[], afterMs: number): Promise<readonly number[]> {
    const checks: number[] = []
    const delays = { checked: (nowMs: number) => void checks.push(nowMs), before: () => 0, until: () => 0 }
    const lastArrivalMs = arrivalTimes.at(-1) ?? 0
    await runVirtually({ arrivalTimes, lastArrivalMs, delays, target: { answer: () => ({ afterMs }) } })
    return checks
  }

  test('are rare while no request is in flight', async () => {
    const checks = await checksOf(evenly(1_000, 10_000), 1)
    // For each request one when it starts and one after 20 ms, then one every 100 ms.
    expect(checks.length).toBeLessThan(130)
    expect(checks.length).toBeGreaterThan(100)
  })

  test('run every 20 ms while a request is in flight', async () => {
    const checks = await checksOf([1_000, 3_000], 500)
    for (const fromMs of [1_000, 3_000]) {
      expect(checks.filter((atMs) => atMs > fromMs && atMs < fromMs + 500)).toHaveLength(24)
    }
  })

  test('end a request in time that starts after a rest', async () => {
    const requestTimeoutMs = 2_000
    const arrivalTimes = [155, 20_000]
    const run = await runVirtually({
      arrivalTimes,
      lastArrivalMs: 20_000,
      requestTimeoutMs,
      target: { answer: () => ({ afterMs: undefined }) },
    })
    expect(fatesOf(run)).toEqual({ timeout: 2 })
    for (const { doneMs, sentMs } of run.samples) {
      expect(doneMs - sentMs).toBeGreaterThanOrEqual(requestTimeoutMs)
      expect(doneMs - sentMs).toBeLessThanOrEqual(requestTimeoutMs + 10)
    }
  })
})
