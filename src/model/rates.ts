import type { LoadResult } from './result.ts'

/** What a rate counts: requests, or whole journeys. */
export type RateUnit = 'req/s' | 'journeys/s'

/** The rates of a run, in the unit that its plan schedules. */
export interface Rates {
  readonly unit: RateUnit
  /** Null in the closed model, in which responses determine the rate. */
  readonly offered: number | null
  /** Successes per second until the last success. */
  readonly achieved: number
}

/** Returns the rates of the journeys if the plan has a journey, else those of the requests. */
export function ratesOf(result: Pick<LoadResult, 'arrivals' | 'journeys' | 'offeredRps' | 'achievedRps'>): Rates {
  const counted = result.journeys ?? result
  return {
    unit: counted === result ? 'req/s' : 'journeys/s',
    offered: result.arrivals === 'closed' ? null : counted.offeredRps,
    achieved: counted.achievedRps,
  }
}
