import { expect } from 'vitest'
import type { Sample } from '../../model/sample.ts'
import type { Ms } from '../../model/units.ts'
import type { Scenario, VirtualRun } from '../virtual-scenario.fixture.ts'

/** Distance between the ids of two consecutive steps of one journey. */
export const STEP_IDS: number = 2 ** 32

/** Returns the steps of each journey that were due, in order, by journey number. */
export function stepsByJourney({ samples }: VirtualRun): ReadonlyMap<number, readonly Sample[]> {
  const numberOf = ({ requestId }: Sample): number => (requestId < 0 ? -(-requestId % STEP_IDS) : requestId % STEP_IDS)
  const byNumber = Map.groupBy(samples, numberOf)
  for (const steps of byNumber.values()) {
    steps.sort((one, other) => Math.abs(one.requestId) - Math.abs(other.requestId))
  }
  return byNumber
}

/**
 * Checks that each journey has one outcome, which is that of its last step unless it was cut off during think time.
 * Each step must be scheduled at the end of the previous one plus think time, and no step may follow a failed one.
 */
export function expectJourneysConserved(run: VirtualRun, { journey }: Scenario): void {
  if (journey === undefined) return
  const ids = run.journeys.map(({ requestId }) => requestId)
  expect(sorted(ids)).toEqual(sorted(run.begunJourneyIds))
  expect(new Set(ids).size).toBe(ids.length)
  const steps = stepsByJourney(run)
  for (const each of run.journeys) {
    const own = steps.get(each.requestId) ?? []
    const whole = journey(each.requestId)
    const thinkMs = (index: number): Ms => {
      const step = whole[index]
      return (typeof step === 'object' ? step.thinkMs : undefined) ?? 0
    }
    own.forEach((step, index) => {
      const beforeMs = index === 0 ? each.intendedMs : (own[index - 1]?.doneMs ?? Number.NaN)
      expect(Math.abs(step.requestId - each.requestId)).toBe(index * STEP_IDS)
      expect(step.intendedMs).toBe(beforeMs + thinkMs(index))
      expect(step.measured).toBe(each.measured)
    })
    expectFateOf(each, own, whole.length)
  }
}

function expectFateOf(journey: Sample, steps: readonly Sample[], whole: number): void {
  const last = steps.at(-1)
  expect(steps.slice(0, -1).every(({ fate }) => fate === 'success')).toBe(true)
  expect(journey.bytesSent).toBe(steps.reduce((sum, { bytesSent }) => sum + bytesSent, 0))
  expect(journey.bytesReceived).toBe(steps.reduce((sum, { bytesReceived }) => sum + bytesReceived, 0))
  if (last === undefined || (last.fate === 'success' && steps.length < whole)) {
    expect(journey).toMatchObject({ fate: 'dropped', dropReason: 'stopped' })
    return
  }
  const { fate, errorClass, dropReason, doneMs } = last
  expect(journey).toMatchObject({ fate, errorClass, dropReason, doneMs })
  if (fate === 'success') expect(steps).toHaveLength(whole)
}

function sorted(ids: readonly number[]): number[] {
  return ids.toSorted((one, other) => one - other)
}
