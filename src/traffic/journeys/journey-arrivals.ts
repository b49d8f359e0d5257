import type { ArrivalSource } from '../arrival-source.ts'
import type { JourneySteps } from './journey-steps.ts'

/**
 * Starts a journey at each arrival of `starts`. `stepsOf` receives the journey number, which is negative in the
 * warm-up.
 */
export function journeyArrivals<Request>(
  starts: ArrivalSource<unknown>,
  stepsOf: (number: number) => JourneySteps<Request>,
): ArrivalSource<Request> {
  return {
    ...(starts.firstStartMs !== undefined && { firstStartMs: starts.firstStartMs }),
    next() {
      const arrival = starts.next()
      if (arrival === undefined || arrival === 'later') return arrival
      const { requestId, atMs, phase } = arrival
      return { requestId, atMs, phase, journey: stepsOf(requestId) }
    },
    followingMs: () => starts.followingMs(),
    rest: (untilMs) => starts.rest(untilMs),
  }
}
