import type { Count, Ms } from '../../model/units.ts'
import type { Expected } from '../load-parts.ts'
import { CUTS, cutRunMs } from './cuts.ts'
import { FILL_SHARE, roundMs, SINGLE_ROUNDS, WARM_UP_SHARE } from './full-load.ts'
import { roundsOf } from './rounds.ts'
import type { Subject } from './subject.ts'

/** Time from the end of one load to the start of the next. */
const BETWEEN_MS: Ms = 200
/** Trials of the highest rate per protocol: most targets hold the first or the second rate. */
const USUAL_TRIALS = 1.5
/** Warm-up at a fixed rate, as a share of a phase. */
const RATE_WARM_UP = 1 / 8

/** Returns how many loads the comparison of these protocols usually needs, and how long they take. */
export function expectedLoads(subjects: readonly Pick<Subject, 'duration' | 'holdMs'>[]): Expected {
  const [first] = subjects
  if (first === undefined) return { of: 0, totalMs: 0 }
  const { duration, holdMs } = first
  const protocols = subjects.length
  const comparisons = protocols < 2 ? 0 : 1
  const rounds = protocols < 2 ? SINGLE_ROUNDS : roundsOf(duration)
  const cuts = Math.ceil(roundsOf(duration) / CUTS)
  const trials = Math.ceil(USUAL_TRIALS * protocols)
  const filled = 1 + WARM_UP_SHARE
  const loads: readonly (readonly [count: Count, eachMs: Ms])[] = [
    [protocols, duration * (1 + RATE_WARM_UP)],
    [comparisons, duration * (protocols / 2 + RATE_WARM_UP)],
    [protocols, duration * FILL_SHARE * filled],
    [protocols * rounds, roundMs(duration) * filled],
    [cuts, cutRunMs(duration)],
    [trials, holdMs + duration * RATE_WARM_UP],
  ]
  return {
    of: loads.reduce((sum, [count]) => sum + count, 0),
    totalMs: loads.reduce((sum, [count, eachMs]) => sum + count * (eachMs + BETWEEN_MS), 0),
  }
}
