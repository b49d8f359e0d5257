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

/** Where the limit lies, as far as the trials show. */
export interface Bracket {
  /** Highest rate that a trial of full length held, where no trial of full length failed at the same or a lower rate. */
  readonly low: Rps | null
  /** Lowest rate above every rate held that was not held; null when there is none. */
  readonly high: Rps | null
  /** `high` is more than the failure of a short step, or a single failure of a rate to hold. */
  readonly highIsFirm: boolean
  /** Highest rate that a trial of full length held, even if another trial contradicts it. */
  readonly topHeld: Rps | null
  /** Highest rate below `high` that passed in a trial too short to confirm it. */
  readonly floor: Rps | null
  /** The tool failed to make the load, so that no higher rate says anything about the target. */
  readonly toolRanOut: boolean
}

/**
 * A rate that fails in one trial and is held in another is neither end of the bracket: the trials disagree, so the limit
 * may lie on either side of it. Trials shorter than the full length are surveys: a longer trial outweighs them.
 */
export function bracketOf(history: readonly TrialOutcome[]): Bracket {
  const open = history.filter(isOpen).filter((outcome) => outcome.trial.purpose !== 'recommend' && !outcome.toolRanOut)
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
  return { low, high, highIsFirm: firm !== null, topHeld, floor: highest(passed), toolRanOut: toolRanOut(history) }
}

/** A rate that was meant to fail may pass by chance: it counts once the same rate or a higher one passed as well. */
function isConfirmed(outcome: OpenOutcome, held: readonly OpenOutcome[]): boolean {
  if (outcome.trial.purpose !== 'refute') return true
  return held.some((other) => other !== outcome && other.rate >= outcome.rate)
}

/**
 * A step is short, and one rate to hold may fail by chance: these count only as long as no other trial shows the upper
 * end, or another trial failed at the same rate or a lower one.
 */
function isFirm(outcome: OpenOutcome, full: readonly OpenOutcome[]): boolean {
  if (outcome.trial.purpose === 'step') return false
  if (outcome.trial.purpose !== 'hold') return true
  return full.some((other) => other !== outcome && other.rate <= outcome.rate && other.verdict !== 'pass')
}

/**
 * One late wake-up is an accident of the machine, and its trial is repeated; a load that the tool cannot make twice, or a
 * saturation that fills the tool, is its limit.
 */
function toolRanOut(history: readonly TrialOutcome[]): boolean {
  if (saturations(history)[0]?.toolRanOut === true) return true
  return history.filter(isOpen).some((outcome, i, open) => {
    const before = open[i - 1]
    return outcome.toolRanOut && before?.toolRanOut === true && before.rate === outcome.rate
  })
}

function highest(outcomes: readonly OpenOutcome[]): Rps | null {
  return outcomes.length === 0 ? null : Math.max(...outcomes.map(({ rate }) => rate))
}

function lowest(outcomes: readonly OpenOutcome[]): Rps | null {
  return outcomes.length === 0 ? null : Math.min(...outcomes.map(({ rate }) => rate))
}

/** A bracket this narrow is an answer: its lower end is within 5% of whatever lies inside. */
const NARROW = 1.045
/** Wider than this, a short trial decides: what is far over capacity shows within seconds. */
const WIDE = 1.2
const WIDE_MS = 5_000
/** Far enough below a rate that was nearly held, and still within 5% of it. */
const LITTLE_LESS = 0.965
/** Shares of the lowest rate lost, one after the other, until one is held. */
const DOWNWARD: readonly number[] = [0.93, 0.9, 0.8, 0.7, 0.5]

interface Moves {
  openTrial(purpose: 'bisect', rate: Rps, durationMs: Ms): OpenTrial
  holdTrial(rate: Rps): OpenTrial
  end(ended: SearchEnd['ended']): SearchEnd
}

/** The next rate between the highest pass and the lowest failure: the middle on a logarithmic scale. */
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
    // A little below Ĉ was too much, or two rates above the last good step were: what passed may have been luck.
    const isGuided = history.some(({ trial }) => trial.purpose === 'hold')
    const tries = history.filter(({ trial }) => trial.purpose === 'bisect').length - (isGuided ? 0 : 2)
    const share = DOWNWARD[tries]
    if (tries >= 0) return share === undefined ? end('failing') : full(share * high)
  }
  // Held for seconds, not for long: the limit is close by.
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

/** Not even the first step was held: a third each time, as long as anything succeeds. */
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
