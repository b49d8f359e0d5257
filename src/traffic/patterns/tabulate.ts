import type { Ms, Rps } from '../../model/units.ts'

/** Points of a curve that is treated as linear between them. */
export interface RateTable {
  readonly timesMs: readonly Ms[]
  readonly ratesRps: readonly Rps[]
}

/** One fifth of the 0.1% that `fromRate` guarantees for Λ. */
const TOLERANCE = 2e-4
/** Minimum distance between points at a jump of the curve. */
const FINEST_MS = 1e-3
/** Limit for a curve that never becomes smooth, such as noise. */
const MAX_POINTS = 65_536

/**
 * Samples a curve finely enough for the trapezoid rule. Every interval is probed at its middle and at one other point,
 * because a wave can cross its chord in the middle. An interval where the curve differs from the chord by more than the
 * tolerance is halved. All intervals are halved once before any is halved again, so that the points are used evenly.
 */
export function tabulate(curve: (tMs: Ms) => Rps, durationMs: Ms): RateTable {
  const cells = Math.min(Math.max(Math.ceil(durationMs / 50), 256), 4_096)
  let timesMs = Array.from({ length: cells + 1 }, (_, i) => (durationMs * i) / cells)
  let ratesRps = timesMs.map((tMs) => curve(tMs))
  let rough = Array.from({ length: cells }, () => true)

  while (rough.includes(true) && timesMs.length < MAX_POINTS) {
    const meanRps = areaOf(timesMs, ratesRps) / durationMs
    const nextTimes: Ms[] = []
    const nextRates: Rps[] = []
    const nextRough: boolean[] = []
    for (const [i, startMs] of timesMs.entries()) {
      const startRps = ratesRps[i] ?? 0
      nextTimes.push(startMs)
      nextRates.push(startRps)
      if (i === timesMs.length - 1) break

      const widthMs = (timesMs[i + 1] ?? 0) - startMs
      const riseRps = (ratesRps[i + 1] ?? 0) - startRps
      const isStraightAt = (share: number, rate: Rps): boolean => {
        const chordRps = startRps + riseRps * share
        return Math.abs(rate - chordRps) <= TOLERANCE * Math.max(chordRps, meanRps / 20)
      }
      const split = rough[i] === true && widthMs > FINEST_MS
      const middleRps = split ? curve(startMs + widthMs / 2) : 0
      if (split && !(isStraightAt(0.5, middleRps) && isStraightAt(0.309, curve(startMs + widthMs * 0.309)))) {
        nextTimes.push(startMs + widthMs / 2)
        nextRates.push(middleRps)
        nextRough.push(true, true)
      } else {
        nextRough.push(false)
      }
    }
    timesMs = nextTimes
    ratesRps = nextRates
    rough = nextRough
  }
  return { timesMs, ratesRps }
}

/** Integrates by the trapezoid rule; the unit is requests per second × ms. */
function areaOf(timesMs: readonly Ms[], ratesRps: readonly Rps[]): number {
  let area = 0
  for (let i = 1; i < timesMs.length; i++) {
    area += (((ratesRps[i - 1] ?? 0) + (ratesRps[i] ?? 0)) / 2) * ((timesMs[i] ?? 0) - (timesMs[i - 1] ?? 0))
  }
  return area
}
