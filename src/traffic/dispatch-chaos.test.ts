import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ConnectionKind, Overflow } from '../model/plan.ts'
import { onVirtualTime, runVirtually } from './virtual-run.fixture.ts'
import { type Scenario, type VirtualRun, type VirtualStep } from './virtual-scenario.fixture.ts'
import type { Answer } from './virtual-target.fixture.ts'

onVirtualTime()

const answer: fc.Arbitrary<Answer> = fc.record(
  {
    afterMs: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0, max: 120 }) },
      { weight: 1, arbitrary: fc.constant(undefined) },
    ),
    errorClass: fc.constantFrom<'http-5xx'>('http-5xx'),
    twice: fc.boolean(),
    ends: fc.constantFrom('close', 'lose'),
  },
  { requiredKeys: ['afterMs'] },
)

const connecting = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 60 }) },
  { weight: 1, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constant(new Error('refused')) },
)

const happening = fc.oneof(
  fc.nat(1_000).map((ms) => (run: VirtualRun) => run.jump(ms)),
  fc.constant((run: VirtualRun) => run.target.die()),
  fc.constant((run: VirtualRun) => run.dispatcher.stop()),
)

const chaos = fc.record({
  arrivalTimes: fc
    .array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 60 })
    .map((arrivalTimes) => arrivalTimes.toSorted((one, other) => one - other)),
  concurrency: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
  kind: fc.constantFrom<ConnectionKind>('pooled', 'long-lived', 'short-lived'),
  maxConnections: fc.integer({ min: 1, max: 6 }),
  overflow: fc.constantFrom<Overflow>('queue', 'drop'),
  requestTimeoutMs: fc.integer({ min: 30, max: 300 }),
  reconnect: fc.record({ attempts: fc.nat(3), backoffMs: fc.constant(20), jitter: fc.constant(0.5) }),
  events: fc.array(fc.tuple(fc.nat(1_200), happening), { maxLength: 3 }),
  maxInFlight: fc.integer({ min: 1, max: 3 }),
  answers: fc.array(answer, { minLength: 1, maxLength: 10 }),
  /** Think time of each step, if the scenario has journeys. */
  thinksMs: fc.option(fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 4 }), { nil: undefined }),
  holdConnections: fc.boolean(),
  connects: fc.array(connecting, { minLength: 1, maxLength: 6 }),
  /** Duration of the setup of each connection, or its error, if the scenario has a setup. */
  prepares: fc.option(fc.array(connecting, { minLength: 1, maxLength: 4 }), { nil: undefined }),
})

type Chaos = typeof chaos extends fc.Arbitrary<infer Value> ? Value : never

function scenarioOf({
  arrivalTimes,
  concurrency,
  maxInFlight,
  answers,
  connects,
  prepares,
  thinksMs,
  ...rest
}: Chaos): Scenario {
  return {
    ...rest,
    ...(concurrency === undefined ? { arrivalTimes } : { concurrency }),
    ...(thinksMs !== undefined && { journey: (number) => stepsOf(number, thinksMs) }),
    ...(prepares !== undefined && { prepare: preparing(prepares, rest.maxConnections) }),
    lastArrivalMs: arrivalTimes.at(-1) ?? 0,
    target: {
      maxInFlight,
      // Connections that must be open before the run begins succeed; the rest is random.
      connect: (attempt) => (attempt < rest.maxConnections ? attempt : connects[attempt % connects.length]),
      answer({ requestId }) {
        const given = answers[requestId % answers.length] ?? { afterMs: 1 }
        // In the closed model an endless series of instant responses would stop the virtual clock.
        return concurrency === undefined ? given : { ...given, afterMs: Math.max(1, given.afterMs ?? 1_000) }
      },
    },
  }
}

/** The first connections are ready immediately, because no run begins without them. */
function preparing(
  prepares: readonly (number | undefined | Error)[],
  atOnce: number,
): NonNullable<Scenario['prepare']> {
  let prepared = 0
  return async (connection, signal) => {
    const outcome = prepares[prepared % prepares.length]
    if (prepared++ < atOnce) return connection
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    signal.addEventListener('abort', () => reject(new Error('aborted')))
    if (outcome instanceof Error) reject(outcome)
    else if (outcome !== undefined) setTimeout(resolve, outcome)
    await promise
    return connection
  }
}

/** Makes journeys of different lengths. */
function stepsOf(number: number, thinksMs: readonly number[]): readonly VirtualStep[] {
  return thinksMs.slice(number % thinksMs.length).map((thinkMs) => ({ thinkMs }))
}

test('every request has one outcome and the run ends in time, for any target and clock', async () => {
  await fc.assert(
    fc.asyncProperty(chaos, async (each) => {
      const scenario = scenarioOf(each)
      const run = await runVirtually(scenario)
      // The engine detects a timeout at the next tick, and a clock jump after the jump.
      const journeyMs = (each.thinksMs ?? []).reduce((sum, ms) => sum + ms + 2 * (each.requestTimeoutMs + 10), 0)
      const latestMs = scenario.lastArrivalMs + journeyMs + each.requestTimeoutMs + 10 + 3 * 1_000
      expect(run.endedAtMs).toBeLessThanOrEqual(latestMs)
      expect(run.target.peakOpen).toBeLessThanOrEqual(each.maxConnections)
      expect(run.target.peakInFlight).toBeLessThanOrEqual(
        each.maxConnections * (each.holdConnections ? 1 : each.maxInFlight),
      )
    }),
    { numRuns: 200, endOnFailure: true },
  )
})
