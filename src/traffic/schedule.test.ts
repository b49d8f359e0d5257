import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ARRIVAL_PROCESSES, type ArrivalProcessName } from '../model/pattern.ts'
import type { Arrival } from './arrival-source.ts'
import { arrivalsOf } from './arrivals/index.ts'
import { constant, curveFrom, rampUp, sequence } from './patterns/index.ts'
import { ClosedSchedule, Schedule, type ScheduleOptions } from './schedule.ts'
import { drawBy, listPicker, weightsOf } from './workloads/picker.ts'

interface Named {
  readonly name: string
  readonly weight?: number
}

const REQUESTS: readonly Named[] = [{ name: 'read', weight: 9 }, { name: 'write' }]

interface Wanted {
  readonly rate?: number
  readonly durationMs?: number
  readonly warmUpMs?: number
  readonly process?: ArrivalProcessName
  readonly thread?: number
  readonly threads?: number
}

function optionsOf({
  rate = 50,
  durationMs = 2_000,
  warmUpMs = 0,
  process = 'uniform',
  thread = 0,
  threads = 1,
}: Wanted) {
  const seed = 'cafe'
  const keys = { arrivals: process, seed, batchSize: 1 }
  const measured = curveFrom(constant({ rate }), { durationMs, seed })
  const warmUp = curveFrom(constant({ rate }), { durationMs: warmUpMs, seed })
  return {
    arrivalTimes: arrivalsOf(measured, keys),
    warmUp: warmUpMs > 0 ? { arrivalTimes: arrivalsOf(warmUp, keys, 'warm-up'), durationMs: warmUpMs } : undefined,
    share: { thread, threads },
    phases: [],
    picker: listPicker(REQUESTS, drawBy(weightsOf(REQUESTS), seed)),
    operationOf: ({ name }: Named) => name,
  } satisfies ScheduleOptions<Named>
}

function allOf<Request>(schedule: Schedule<Request>): Arrival<Request>[] {
  const arrivals: Arrival<Request>[] = []
  for (let next = schedule.next(); next !== undefined && next !== 'later'; next = schedule.next()) arrivals.push(next)
  return arrivals
}

function count(counts: ReadonlyMap<number, number>): number {
  return [...counts.values()].reduce((sum, each) => sum + each, 0)
}

test('schedules 100 arrivals for 50 req/s over 2 s, 20 ms apart, the last at the end', () => {
  const arrivals = allOf(new Schedule(optionsOf({})))
  expect(arrivals).toHaveLength(100)
  for (const [i, { atMs, requestId }] of arrivals.entries()) {
    expect(atMs).toBeCloseTo(20 * (i + 1), 6)
    expect(requestId).toBe(i)
  }
})

test('announces the arrival after each one, and still returns and counts all of them', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ARRIVAL_PROCESSES),
      fc.integer({ min: 0, max: 1_000 }),
      fc.nat({ max: 100 }),
      (process, warmUpMs, taken) => {
        const times = allOf(new Schedule(optionsOf({ process, warmUpMs }))).map(({ atMs }) => atMs)
        const schedule = new Schedule(optionsOf({ process, warmUpMs }))
        for (const [i, atMs] of times.slice(0, taken).entries()) {
          expect(schedule.next()).toMatchObject({ atMs })
          expect(schedule.followingMs()).toBe(times[i + 1] ?? Number.POSITIVE_INFINITY)
        }
        // The arrival that was returned last counts as well: it may not have been dispatched.
        const left = times.slice(Math.min(taken, times.length) - 1).filter((atMs) => atMs >= 0)
        if (taken > 0) expect(count(schedule.rest(Number.MAX_VALUE))).toBe(left.length)
      },
    ),
  )
})

test('several threads together send the same requests at the same times as one thread', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 7 }),
      fc.constantFrom(...ARRIVAL_PROCESSES),
      fc.integer({ min: 0, max: 1_000 }),
      (threads, process, warmUpMs) => {
        const alone = allOf(new Schedule(optionsOf({ process, warmUpMs })))
        const shares = Array.from({ length: threads }, (_, thread) =>
          allOf(new Schedule(optionsOf({ process, warmUpMs, thread, threads }))),
        )
        const joined = shares.flat().toSorted((one, other) => one.atMs - other.atMs || one.requestId - other.requestId)
        expect(joined).toEqual(alone)
        for (const share of shares) expect(Math.abs(share.length - alone.length / threads)).toBeLessThanOrEqual(2)
      },
    ),
    { numRuns: 30 },
  )
})

describe('warm-up', () => {
  test.each(ARRIVAL_PROCESSES)('%s: has negative times and does not change the measured part', (process) => {
    const measured = allOf(new Schedule(optionsOf({ process })))
    const arrivals = allOf(new Schedule(optionsOf({ process, warmUpMs: 1_000 })))
    const warmUp = arrivals.filter(({ atMs }) => atMs < 0)
    expect(warmUp.length).toBeGreaterThan(0)
    expect(warmUp[0]?.atMs).toBeGreaterThanOrEqual(-1_000)
    expect(arrivals.slice(warmUp.length)).toEqual(measured)
  })

  test('uses request ids that no measured request has', () => {
    const ids = allOf(new Schedule(optionsOf({ warmUpMs: 1_000 }))).map(({ requestId }) => requestId)
    expect(ids).toHaveLength(150)
    expect(new Set(ids).size).toBe(150)
  })
})

describe('phases', () => {
  const phased = sequence(
    constant({ rate: 10, duration: '1s', name: 'calm' }),
    constant({ rate: 20, duration: '1s' }),
    rampUp({ from: 0, to: 20, duration: '1s', name: 'rise' }),
  )

  function phasedSchedule(process: ArrivalProcessName = 'uniform'): Schedule<Named> {
    const pattern = curveFrom(phased, { durationMs: 3_000, seed: 'cafe' })
    return new Schedule({
      ...optionsOf({ warmUpMs: 500 }),
      arrivalTimes: arrivalsOf(pattern, { arrivals: process, seed: 'cafe', batchSize: 1 }),
      phases: pattern.phases ?? [],
    })
  }

  test.each(['uniform', 'jittered'] as const)('%s: a request belongs to the phase of its intended start', (process) => {
    const phases = allOf(phasedSchedule(process)).map(({ phase }) => phase)
    const counted = (phase: number): number => phases.filter((each) => each === phase).length
    expect(counted(0)).toBe(10)
    expect(counted(1)).toBe(10)
    expect(counted(-1)).toBe(25 + 20)
  })

  test('counts abandoned arrivals by phase', () => {
    const schedule = phasedSchedule()
    schedule.next()
    expect(schedule.rest(3_000)).toEqual(
      new Map([
        [0, 10],
        [-1, 20],
        [1, 10],
      ]),
    )
  })
})

describe('rest', () => {
  test('counts the arrival returned last and every later one until the given time', () => {
    const schedule = new Schedule(optionsOf({}))
    for (let i = 0; i < 10; i++) schedule.next()
    // The tenth, at 200 ms, was returned but not sent.
    expect(count(schedule.rest(300))).toBe(6)
  })

  test('counts each arrival once when called repeatedly', () => {
    const schedule = new Schedule(optionsOf({}))
    for (let i = 0; i < 10; i++) schedule.next()
    expect(count(schedule.rest(250))).toBe(3)
    expect(count(schedule.rest(250))).toBe(0)
    expect(count(schedule.rest(300))).toBe(3)
  })

  test('counts nothing after the last arrival', () => {
    const schedule = new Schedule(optionsOf({}))
    allOf(schedule)
    expect(count(schedule.rest(60_000))).toBe(0)
  })

  test('counts nothing while the next arrival is not yet due', () => {
    const schedule = new Schedule(optionsOf({}))
    schedule.next()
    expect(count(schedule.rest(10))).toBe(0)
  })

  test('does not count warm-up', () => {
    const schedule = new Schedule(optionsOf({ warmUpMs: 1_000 }))
    schedule.next()
    expect(count(schedule.rest(40))).toBe(2)
  })

  test('counts a request whose payload was still being created', () => {
    const schedule = new Schedule({ ...optionsOf({}), picker: { pick: () => 'later' as const } })
    expect(schedule.next()).toBe('later')
    expect(schedule.next()).toBe('later')
    expect(count(schedule.rest(40))).toBe(2)
  })
})

test('an arrival whose payload is late keeps its position and its intended start', () => {
  let known = false
  const { picker, ...options } = optionsOf({})
  const late = { pick: (position: number) => (known ? picker.pick(position) : ('later' as const)) }
  const schedule = new Schedule({ ...options, picker: late })
  expect(schedule.next()).toBe('later')
  expect(schedule.next()).toBe('later')
  known = true
  expect(schedule.next()).toMatchObject({ requestId: 0, atMs: 20 })
  expect(schedule.next()).toMatchObject({ requestId: 1, atMs: 40 })
})

test('threads share the positions in the closed model too', () => {
  const { picker, operationOf } = optionsOf({})
  const taken = [0, 1, 2].map((thread) => {
    const schedule = new ClosedSchedule({ share: { thread, threads: 3 }, picker, operationOf })
    return [schedule.next(), schedule.next()]
  })
  expect(taken.flat()).toMatchObject(
    [0, 3, 1, 4, 2, 5].map((requestId) => ({ requestId, payload: picker.pick(requestId) })),
  )
})
