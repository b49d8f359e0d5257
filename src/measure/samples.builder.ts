import fc from 'fast-check'
import type { ErrorClass } from '../model/error-class.ts'
import type { DropReason, Figures } from '../model/figures.ts'
import type { Sample } from '../model/sample.ts'
import { expect } from 'vitest'

/** Returns a request that succeeded immediately; `parts` overrides the fields that a test needs. */
export function sampleOf(parts: Partial<Sample>): Sample {
  return {
    requestId: 0,
    operation: '',
    phase: -1,
    fate: 'success',
    intendedMs: 0,
    measured: (parts.intendedMs ?? 0) >= 0,
    dueMs: 0,
    sentMs: 0,
    doneMs: 0,
    bytesSent: 0,
    bytesReceived: 0,
    delayMs: Number.NaN,
    firstMessageMs: Number.NaN,
    errorClass: undefined,
    message: undefined,
    dropReason: undefined,
    ...parts,
  }
}

const ERRORS: readonly ErrorClass[] = ['timeout', 'http-5xx', 'connection', 'cancelled']
const REASONS: readonly DropReason[] = ['overflow', 'pool-wait', 'generator', 'stopped']

/**
 * Requests of a run of about `lengthMs`, ordered by intended start, with all kinds of outcomes, operations and phases.
 */
export function arbitrarySamples(lengthMs: number): fc.Arbitrary<readonly Sample[]> {
  const ms = (max: number): fc.Arbitrary<number> => fc.double({ min: 0, max, noNaN: true })
  const sample = fc
    .record({
      intendedMs: ms(lengthMs),
      lagMs: ms(3),
      queueMs: ms(200),
      serviceMs: ms(500),
      operation: fc.constantFrom('', 'read', 'write'),
      phase: fc.integer({ min: -1, max: 1 }),
      fate: fc.constantFrom('success', 'success', 'success', 'error', 'dropped'),
      errorClass: fc.constantFrom(...ERRORS),
      dropReason: fc.constantFrom(...REASONS),
      bytes: fc.nat(10_000),
    })
    .map(({ intendedMs, lagMs, queueMs, serviceMs, operation, phase, fate, errorClass, dropReason, bytes }) => {
      const dueMs = intendedMs + lagMs
      const sentMs = fate === 'dropped' ? Number.NaN : dueMs + queueMs
      const doneMs = fate === 'dropped' ? dueMs + queueMs : sentMs + serviceMs
      return sampleOf({
        operation,
        phase,
        fate,
        intendedMs,
        dueMs,
        sentMs,
        doneMs,
        bytesSent: fate === 'dropped' ? 0 : bytes,
        bytesReceived: fate === 'success' ? 2 * bytes : 0,
        ...(fate === 'error' ? { errorClass, message: `it was ${errorClass}` } : {}),
        ...(fate === 'dropped' ? { dropReason } : {}),
      })
    })
  return fc
    .array(sample, { maxLength: 60 })
    .map((samples) => samples.toSorted((one, other) => one.intendedMs - other.intendedMs))
}

/** Expects that every scheduled request has exactly one outcome and that nothing is counted twice. */
export function expectConserved(figures: Figures): void {
  expect(figures.requestsScheduled).toBe(figures.requestsSent + figures.dropped)
  expect(figures.requestsSent).toBe(figures.successes + figures.errors)
  expect(total(Object.values(figures.errorsByClass).map(({ count }) => count))).toBe(figures.errors)
  expect(total(Object.values(figures.droppedByReason))).toBe(figures.dropped)
  for (const name of ['responseTime', 'queueTime', 'serviceTime', 'scheduleLag', 'targetTime'] as const) {
    expect(figures[name].count).toBe(figures.successes)
  }
}

export function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
