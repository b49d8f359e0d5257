import type { Scenario, VirtualRun } from './virtual-scenario.fixture.ts'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import type { Sample } from '../model/sample.ts'
import type { Ms } from '../model/units.ts'
import type { ArrivalSource } from './arrival-source.ts'
import { randomFrom } from './arrivals/random.ts'
import type { Clock } from './clock.ts'
import { Dispatcher } from './dispatch.ts'
import { journeyArrivals } from './journeys/journey-arrivals.ts'
import { expectJourneysConserved } from './journeys/journey-conservation.conformance.ts'
import { ClosedSchedule, Schedule } from './schedule.ts'
import { VirtualTarget } from './virtual-target.fixture.ts'
import { tickWake } from './wake/tick.ts'
import { onePicker, type RequestPicker } from './workloads/picker.ts'

/** Runs the tests of a file on a virtual clock: time passes only during a run, and without waiting. */
export function onVirtualTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
}

/** Returns times `everyMs` apart, the first at `everyMs`, the last at or before `untilMs`. */
export function evenly(everyMs: Ms, untilMs: Ms): readonly Ms[] {
  return Array.from({ length: Math.floor(untilMs / everyMs) }, (_, i) => (i + 1) * everyMs)
}

/**
 * Runs a scenario to its end and checks that every request has exactly one outcome. The test file must call
 * `onVirtualTime`.
 */
export async function runVirtually(scenario: Scenario): Promise<VirtualRun> {
  const run = openedRun(scenario)
  await Promise.all([run.dispatcher.open(), vi.advanceTimersByTimeAsync(100)])
  zeroMs = performance.now() + (scenario.warmUp?.durationMs ?? 0) + (scenario.leadMs ?? 0)
  for (const [atMs, happen] of scenario.events ?? []) setTimeout(() => happen(run), atMs)
  run.dispatcher.start()
  const journeysMs = scenario.journey === undefined ? 0 : 60_000
  const maxMs = scenario.lastArrivalMs + 3 * (scenario.requestTimeoutMs ?? 10_000) + journeysMs
  while (run.ends === 0 && performance.now() - zeroMs < maxMs) await vi.advanceTimersByTimeAsync(20)
  // Later events must not change what was already reported.
  await vi.advanceTimersByTimeAsync(20_000)
  expectOneFateEach(run, scenario)
  expect(vi.getTimerCount()).toBe(0)
  return run
}

let zeroMs: Ms = 0

/** Creates a run that is not opened yet. */
export function openedRun(scenario: Scenario): VirtualRun {
  let jumpedMs = 0
  zeroMs = performance.now()
  const clock: Clock = {
    now: () => performance.now() - zeroMs + jumpedMs,
    toMachine: (atMs) => atMs,
    after(ms, call) {
      const timer = setTimeout(call, ms)
      return () => clearTimeout(timer)
    },
    every(ms, call) {
      const timer = setInterval(call, ms)
      return () => clearInterval(timer)
    },
  }
  const target = new VirtualTarget(scenario.target ?? {}, () => clock.now())
  const { concurrency, lastArrivalMs } = scenario
  const dispatcher = new Dispatcher<string>(
    {
      clock,
      source: sourceOf(scenario, (number, answer) => noteAnswer(run, number, answer)),
      overflow: scenario.overflow ?? 'queue',
      requestTimeoutMs: scenario.requestTimeoutMs ?? 10_000,
      concurrency,
      ...(scenario.startGapMs !== undefined && { startGapMs: scenario.startGapMs }),
      lastArrivalMs,
      mayRest: true,
      ...(scenario.delays !== undefined && { delays: scenario.delays }),
      holdConnections: scenario.holdConnections ?? false,
      makeWake: (onWake) => tickWake(clock, onWake),
      pool: {
        kind: scenario.kind ?? 'pooled',
        maxConnections: scenario.maxConnections ?? 10,
        reconnect: { attempts: 10, backoffMs: 100, maxBackoffMs: 5_000, jitter: 0, ...scenario.reconnect },
        random: randomFrom('cafe'),
        connect: target.connect,
        ...(scenario.prepare && { prepare: scenario.prepare }),
      },
    },
    {
      arrived: ({ requestId }) => run.arrivedIds.push(requestId),
      settled: (sample) => run.samples.push(copyOf(sample)),
      journeyArrived: ({ requestId }) => run.begunJourneyIds.push(requestId),
      journeySettled: (journey) => run.journeys.push(copyOf(journey)),
      undispatched: (reason, _phase, count) => run.undispatched.push({ reason, count }),
      connected: (connectMs) => run.connectMs.push(connectMs),
      gap: () => {},
      broken(error) {
        run.errors.push(error)
        run.ends++
      },
      ended: () => {
        run.endedAtMs = clock.now()
        run.ends++
      },
      log: () => {},
    },
  )
  const run: VirtualRun = {
    dispatcher,
    target,
    pool: dispatcher.pool,
    samples: [],
    arrivedIds: [],
    undispatched: [],
    connectMs: [],
    journeys: [],
    begunJourneyIds: [],
    answers: new Map(),
    errors: [],
    endedAtMs: undefined,
    ends: 0,
    jump: (ms) => {
      jumpedMs += ms
    },
  }
  return run
}

function sourceOf(
  scenario: Scenario,
  onAnswer: (number: number, answer: string | undefined) => void,
): ArrivalSource<string> {
  const { journey, picker = onePicker('request') } = scenario
  if (journey === undefined) return scheduleOf(scenario, picker)
  return journeyArrivals(scheduleOf(scenario, onePicker(undefined)), (number) => {
    const steps = journey(number).values()
    return {
      next(answer) {
        onAnswer(number, answer?.text)
        const { value, done } = steps.next()
        if (done === true) return undefined
        return { operation: 'step', payload: 'request', thinkMs: 0, ...(typeof value === 'function' ? value() : value) }
      },
    }
  })
}

function scheduleOf<Request>(
  { arrivalTimes, warmUp }: Scenario,
  picker: RequestPicker<Request>,
): Schedule<Request> | ClosedSchedule<Request> {
  const parts = { share: { thread: 0, threads: 1 }, picker, operationOf: () => '' }
  if (arrivalTimes === undefined) return new ClosedSchedule({ ...parts, firstStartMs: -(warmUp?.durationMs ?? 0) })
  return new Schedule({
    ...parts,
    arrivalTimes: arrivalTimesOf(arrivalTimes),
    warmUp: warmUp && { ...warmUp, arrivalTimes: arrivalTimesOf(warmUp.arrivalTimes) },
    phases: [],
  })
}

function noteAnswer({ answers }: VirtualRun, number: number, answer: string | undefined): void {
  const known = answers.get(number)
  if (known === undefined) answers.set(number, [answer])
  else known.push(answer)
}

function arrivalTimesOf(arrivalTimes: readonly Ms[]): { next(): Ms } {
  const iterator = arrivalTimes.values()
  return { next: () => iterator.next().value ?? Number.POSITIVE_INFINITY }
}

/** The engine reuses its object, so a kept sample must be a copy. */
function copyOf({ ...sample }: Sample): Sample {
  return sample
}

/**
 * Checks that the run ended once, that every arrival has one outcome or was abandoned, that timestamps are in order and
 * that no request or connection is left.
 */
function expectOneFateEach(run: VirtualRun, scenario: Scenario): void {
  expect(run.ends).toBe(1)
  if (scenario.breaks === true) return
  expect(run.errors).toEqual([])
  expectJourneysConserved(run, scenario)
  const ids = run.samples.map(({ requestId }) => requestId).toSorted((one, other) => one - other)
  expect(ids).toEqual(run.arrivedIds.toSorted((one, other) => one - other))
  const starts = scenario.journey === undefined ? ids : run.begunJourneyIds
  if (scenario.warmUp === undefined) expect(starts.toSorted((a, b) => a - b)).toEqual(starts.map((_, i) => i))
  if (scenario.arrivalTimes !== undefined) {
    const givenUp = run.undispatched.reduce((sum, { count }) => sum + count, 0)
    const untilMs = Math.min(run.endedAtMs ?? 0, scenario.endsAtMs ?? Number.POSITIVE_INFINITY)
    const due = scenario.arrivalTimes.filter((atMs) => atMs <= untilMs).length
    expect(starts.filter((id) => id >= 0).length + givenUp).toBe(due)
  }
  for (const { fate, intendedMs, dueMs, sentMs, doneMs, errorClass, dropReason } of run.samples) {
    expect(dueMs).toBeGreaterThanOrEqual(intendedMs)
    if (!Number.isNaN(sentMs)) expect(sentMs).toBeGreaterThanOrEqual(dueMs)
    expect(doneMs).toBeGreaterThanOrEqual(Number.isNaN(sentMs) ? dueMs : sentMs)
    expect([errorClass !== undefined, dropReason !== undefined]).toEqual([fate === 'error', fate === 'dropped'])
    if (fate === 'success') expect(sentMs).not.toBeNaN()
    if (fate === 'dropped') expect(sentMs).toBeNaN()
  }
  expect(run.target.inFlight).toBe(0)
  expect(run.target.open.size).toBe(0)
}

/** Counts requests by error class, drop reason or success. */
export function fatesOf(run: VirtualRun): Record<string, number> {
  const fates: Record<string, number> = {}
  const add = (name: string, count: number): void => void (fates[name] = (fates[name] ?? 0) + count)
  for (const { fate, errorClass, dropReason } of run.samples) add(errorClass ?? dropReason ?? fate, 1)
  for (const { reason, count } of run.undispatched) add(`undispatched: ${reason}`, count)
  return fates
}

/** Returns the smallest value such that at least a share `p` of all values is less than or equal to it. */
export function quantile(values: readonly number[], p: number): number {
  const rank = Math.max(1, Math.ceil(p * values.length - 1e-9))
  return values.toSorted((one, other) => one - other)[rank - 1] ?? Number.NaN
}
