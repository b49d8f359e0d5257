import type { Ms, Rps } from '../../model/units.ts'
import {
  FULL_LENGTH_MS,
  isFull,
  isOpen,
  type OpenOutcome,
  type OpenTrial,
  saturations,
  type SearchEnd,
  tidy,
  type TrialOutcome,
} from './limit-trial.ts'

/** Bounds of the limit, as far as the trials show. */
export interface Bracket {
  /** Highest rate that a full-length trial held, if no full-length trial failed at the same or a lower rate. */
  readonly low: Rps | null
  /** Lowest rate not held above every rate held; null if there is none. */
  readonly high: Rps | null
  /** Whether `high` rests on more than a failed step or a single failed hold trial. */
  readonly highIsFirm: boolean
  /** Highest rate that a full-length trial held, even if another trial contradicts it. */
  readonly topHeld: Rps | null
  /** Highest rate below `high` that passed in a trial too short to confirm it. */
  readonly floor: Rps | null
  /** The generator could not deliver the load, so no higher rate shows anything about the target. */
  readonly isToolLimited: boolean
}

/**
 * Computes the bracket. A rate that fails in one trial and passes in another is not an end of it: the limit may be on
 * either side. Trials shorter than the full length are surveys, and a longer trial takes precedence.
 */
export function bracketOf(history: readonly TrialOutcome[]): Bracket {
  const open = history
    .filter(isOpen)
    .filter((outcome) => outcome.trial.purpose !== 'recommend' && !outcome.isToolLimited)
  const full = open.filter(isFull)
  const lowestFailed = lowest(full.filter(({ verdict }) => verdict === 'fail'))
  const held = full.filter(({ verdict }) => verdict === 'pass')
  const topHeld = highest(held)
  const low = highest(
    held.filter((outcome) => outcome.rate < (lowestFailed ?? Number.POSITIVE_INFINITY) && isConfirmed(outcome, held)),
  )
  const above = open.filter(({ rate, verdict }) => rate > (topHeld ?? 0) && verdict !== 'pass')
  const firm = lowest(above.filter((outcome) => isFirm(outcome, full)))
  const high = firm ?? lowest(above)
  const short = open.filter(({ trial }) => trial.durationMs < FULL_LENGTH_MS)
  const passed = short.filter(({ rate, verdict }) => verdict === 'pass' && rate < (high ?? Number.POSITIVE_INFINITY))
  return {
    low,
    high,
    highIsFirm: firm !== null,
    topHeld,
    floor: highest(passed),
    isToolLimited: isToolLimited(history),
  }
}

/** A refute trial may pass by chance: its rate counts once the same or a higher rate passed as well. */
function isConfirmed(outcome: OpenOutcome, held: readonly OpenOutcome[]): boolean {
  if (outcome.trial.purpose !== 'refute') return true
  return held.some((other) => other !== outcome && other.rate >= outcome.rate)
}

/**
 * A step is short, and a hold trial may fail by chance. These count only while no other trial shows the upper end, or
 * if another trial failed at the same or a lower rate.
 */
function isFirm(outcome: OpenOutcome, full: readonly OpenOutcome[]): boolean {
  if (outcome.trial.purpose === 'step') return false
  if (outcome.trial.purpose !== 'hold') return true
  return full.some((other) => other !== outcome && other.rate <= outcome.rate && other.verdict !== 'pass')
}

/**
 * Whether the generator reached its limit: it failed to deliver the same load twice in a row, or a saturation exhausted
 * it. The search repeats a trial after a single failure, which may be an accident of the machine.
 */
function isToolLimited(history: readonly TrialOutcome[]): boolean {
  if (saturations(history)[0]?.isToolLimited === true) return true
  // A recommended rate is below the limit that was found, so that a busy machine shows nothing about that limit.
  const searched = history.filter(isOpen).filter(({ trial }) => trial.purpose !== 'recommend')
  return searched.some((outcome, i, open) => {
    const before = open[i - 1]
    return outcome.isToolLimited && before?.isToolLimited === true && before.rate === outcome.rate
  })
}

function highest(outcomes: readonly OpenOutcome[]): Rps | null {
  return outcomes.length === 0 ? null : Math.max(...outcomes.map(({ rate }) => rate))
}

function lowest(outcomes: readonly OpenOutcome[]): Rps | null {
  return outcomes.length === 0 ? null : Math.min(...outcomes.map(({ rate }) => rate))
}

/** Maximum ratio of a finished bracket: its lower end is within 5% of every rate inside. */
const NARROW = 1.045
/** Minimum ratio for a short trial, because a rate far over capacity fails within seconds. */
const WIDE = 1.2
const WIDE_MS = 5_000
/** Factor for a rate far enough below one that was nearly held, and still within 5% of it. */
const LITTLE_LESS = 0.965
/** Shares of the lowest rate not held. The search tries them in order until one is held. */
const DOWNWARD: readonly number[] = [0.93, 0.9, 0.8, 0.7, 0.5]

interface Moves {
  openTrial(purpose: 'bisect', rate: Rps, durationMs: Ms): OpenTrial
  holdTrial(rate: Rps): OpenTrial
  end(ended: SearchEnd['ended']): SearchEnd
}

/** Returns the next trial between the highest pass and the lowest failure: the middle on a logarithmic scale. */
export function bisection(
  history: readonly TrialOutcome[],
  { low, high, floor }: Bracket,
  { openTrial, holdTrial, end }: Moves,
): OpenTrial | SearchEnd {
  if (high === null) return end(low === null ? 'failing' : 'budget')
  if (low !== null && high / low <= NARROW) return end('found')
  const lower = low ?? floor
  if (lower === null) return downward(history, high, { short, end })
  if (low === null) {
    // A rate a little below Ĉ failed, or two rates above the last passing step did: that step may have passed by
    // chance.
    const isGuided = history.some(({ trial }) => trial.purpose === 'hold')
    const tries = history.filter(({ trial }) => trial.purpose === 'bisect').length - (isGuided ? 0 : 2)
    const share = DOWNWARD[tries]
    if (tries >= 0) return share === undefined ? end('failing') : full(share * high)
  }
  // The target held the rate in a short trial and not in a long one, so the limit is close.
  if (history.some(({ verdict, trial, rate }) => verdict === 'pass' && trial.purpose === 'bisect' && rate === high)) {
    return full(Math.max(LITTLE_LESS * high, Math.sqrt(lower * high)))
  }
  const middle = Math.sqrt(lower * high)
  return high / lower > WIDE ? short(middle) : full(middle)

  function short(rate: Rps): OpenTrial {
    return openTrial('bisect', tidy(rate), Math.max(WIDE_MS, 310_000 / rate))
  }

  function full(rate: Rps): OpenTrial {
    return { ...holdTrial(tidy(rate)), purpose: 'bisect' }
  }
}

/** Tries a third of the rate each time, while any request succeeds, because not even the first step was held. */
function downward(
  history: readonly TrialOutcome[],
  high: Rps,
  { short, end }: Pick<Moves, 'end'> & { short(rate: Rps): OpenTrial },
): OpenTrial | SearchEnd {
  const tried = history.some(({ trial }) => trial.purpose === 'bisect')
  const succeeds = history.some(({ achievedRps }) => achievedRps > 0)
  if (high / 3 < 1 || (tried && !succeeds)) return end('failing')
  return succeeds ? short(high / 3) : { ...short(high / 3), durationMs: WIDE_MS }
}
