import type { Rps } from '../../model/units.ts'
import type { VerdictValue } from '../../model/verdict.ts'

/** Run at a constant rate, with its verdict under the SLA. */
export interface RateTrial {
  readonly rate: Rps
  /** An unproven verdict counts as the side it leans to. */
  readonly verdict: VerdictValue
}

export interface CapacityBounds<Trial extends RateTrial> {
  /** Highest rate that met the SLA, below every rate that missed it. */
  readonly low: Trial | undefined
  /** Lowest rate that missed the SLA, above every rate that met it. */
  readonly high: Trial | undefined
  /** Highest rate that met the SLA, even if a lower one missed it. */
  readonly topMetRps: Rps
  /** Lowest rate that missed the SLA, even if a higher one met it; infinite when none did. */
  readonly lowestMissedRps: Rps
  /** Rates that missed the SLA although the same rate or a higher one met it, in ascending order. */
  readonly disagreeingRps: readonly Rps[]
}

/**
 * Returns the rates between which the capacity lies. A rate that missed the SLA, while the same rate or a higher one
 * met it, is neither bound: the capacity may lie on either side of it, so the interval contains it. If both met it, the
 * miss does not count.
 */
export function capacityBounds<Trial extends RateTrial>(trials: readonly Trial[]): CapacityBounds<Trial> {
  const ascending = trials.toSorted((a, b) => a.rate - b.rate)
  const met = ascending.filter(({ verdict }) => verdict === 'pass')
  const topMetRps = met.at(-1)?.rate ?? 0
  // A single miss does not count if both its repeat and a higher rate met the SLA: the first run may have met a cold
  // target.
  const isContradicted = ({ rate }: Trial): boolean =>
    rate < topMetRps &&
    met.some((other) => other.rate === rate) &&
    ascending.filter((other) => other.rate === rate && other.verdict === 'fail').length === 1
  const missed = ascending.filter((trial) => trial.verdict === 'fail' && !isContradicted(trial))
  const lowestMissedRps = missed[0]?.rate ?? Number.POSITIVE_INFINITY
  return {
    low: met.findLast(({ rate }) => rate < lowestMissedRps),
    high: missed.find(({ rate }) => rate > topMetRps),
    topMetRps,
    lowestMissedRps,
    disagreeingRps: [...new Set(missed.map(({ rate }) => rate).filter((rate) => rate <= topMetRps))],
  }
}

/** Maximum number of runs at one rate. */
const MAX_TRIES = 2

/**
 * Returns the rate to measure again, lowest first: a rate that missed the SLA although a higher one met it, and a rate
 * whose only run was invalid. Undefined when every such rate was measured twice.
 */
export function rateToRepeat(trials: readonly RateTrial[]): Rps | undefined {
  const { disagreeingRps } = capacityBounds(trials)
  const invalid = trials.filter(({ verdict }) => verdict === 'invalid').map(({ rate }) => rate)
  return [...disagreeingRps, ...invalid]
    .toSorted((a, b) => a - b)
    .find((rate) => trials.filter((trial) => trial.rate === rate).length < MAX_TRIES)
}
