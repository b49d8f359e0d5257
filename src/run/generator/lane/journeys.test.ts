import { expect, test } from 'vitest'
import { MetricRecorder } from '../../../measure/metric-recorder.ts'
import { resolvePlan } from '../../../plan/resolve-plan.ts'
import { journey } from '../../../plan/steps.ts'
import type { JourneySteps } from '../../../traffic/journeys/journey-steps.ts'
import { loadProtocol } from '../../protocols.ts'
import { vocabulary } from '../../vocabulary.ts'
import type { LaneRequest } from './lane-picker.ts'
import { journeysOf } from './journeys.ts'

const MINUTE = 60_000

/** Returns the steps of an endless journey, which thinks for a minute between two steps, and a clock to set. */
async function endlessJourney(
  duration: string,
  number: number,
): Promise<{ steps: JourneySteps<LaneRequest>; at(ms: number): void }> {
  const endless = journey(function* ({ send, think }) {
    for (;;) {
      yield* send({ name: 'poll' })
      yield* think(MINUTE)
    }
  })
  const plan = resolvePlan({ target: 'http://127.0.0.1:3000', rate: 5, duration, journey: endless }, vocabulary)
  const [lane] = plan.lanes
  let nowMs = 0
  const stepsOf = journeysOf({
    plan,
    lane,
    protocol: await loadProtocol(lane.protocol),
    url: new URL('http://127.0.0.1:3000'),
    feeds: {},
    journey: endless,
    metrics: new MetricRecorder(),
    clock: { now: () => nowMs },
    lastArrivalMs: plan.durationMs,
  })
  return { steps: stepsOf(number), at: (ms) => void (nowMs = ms) }
}

test.each([
  ['10 minutes after the end of the schedule', '10s', '10 min', 10_000 + 10 * MINUTE],
  ['as long after it as the plan lasts, if that is longer', '30m', '30 min', 60 * MINUTE],
])('a journey starts no step later than %s', async (_, duration, limit, latestMs) => {
  for (const number of [3, -1]) {
    const { steps, at } = await endlessJourney(duration, number)
    expect(steps.next(undefined)).toMatchObject({ operation: 'poll', thinkMs: 0 })
    at(latestMs - MINUTE)
    expect(steps.next({ text: '' })).toMatchObject({ operation: 'poll', thinkMs: MINUTE })
    at(latestMs - MINUTE + 1)
    expect(() => steps.next({ text: '' })).toThrow(
      expect.objectContaining({
        name: 'LoadUserCodeError',
        message: expect.stringMatching(
          `^journey ${number} would start step "poll" more than ${limit} after the end of the schedule`,
        ) as string,
      }),
    )
  }
})
