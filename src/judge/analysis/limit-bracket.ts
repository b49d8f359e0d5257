import type { Ms, Rps } from '../../model/units.ts'
import {
  FULL_LENGTH_MS,
  isOpen,
  type OpenOutcome,
  type OpenTrial,
  outcomeOf,
  type SearchEnd,
  tidy,
  type TrialOutcome,
} from './limit-trial.ts'

/** Where the limit lies, as far as the trials tell. */
export interface Bracket {
  /** Highest rate that a trial of its own held. Steps do not count: they are too short to show it. */
  readonly low: Rps | null
  /** Lowest rate above `low` that was not held; null when every higher one was, or none was tried. */
  readonly high: Rps | null
  /** Highest step below `high` against which nothing spoke. */
  readonly floor: Rps | null
  /** `low` was held in a trial of full length. */
  readonly confirmed: boolean
  /** The tool failed to make the load, so that no higher rate can be blamed on the target. */
  readonly toolRanOut: boolean
}

/**
 * A pass outweighs every failure at a lower rate, and the longest trial at a rate outweighs the others at that rate.
 * What is not shown counts as not held, which widens the interval.
 */
export function bracketOf(history: readonly TrialOutcome[]): Bracket {
  const uniform = history.filter(isOpen).filter(({ trial }) => trial.purpose !== 'recommend')
  const judged = longestByRate(uniform.filter(({ trial }) => trial.purpose !== 'step'))
  const steps = uniform.filter(({ trial }) => trial.purpose === 'step')

  const held = judged.filter(({ verdict }) => verdict === 'pass')
  const low = held.length === 0 ? null : Math.max(...held.map(({ rate }) => rate))
  const lost = [...judged, ...steps].filter(({ rate, verdict }) => rate > (low ?? 0) && verdict !== 'pass')
  const high = lost.length === 0 ? null : Math.min(...lost.map(({ rate }) => rate))
  const below = steps.filter(({ verdict, rate }) => verdict === 'pass' && (high === null || rate < high))
  const floor = below.length === 0 ? null : Math.max(...below.map(({ rate }) => rate))
  const confirmed = held.some(({ rate, trial }) => rate === low && trial.durationMs >= FULL_LENGTH_MS)
  return { low, high, floor, confirmed, toolRanOut: toolRanOut(history) }
}

/**
 * One late wake-up is an accident of the machine, and its trial is repeated; a load that the tool cannot make twice, or a
 * saturation that fills the tool, is its limit.
 */
function toolRanOut(history: readonly TrialOutcome[]): boolean {
  if (outcomeOf(history, 'saturate')?.toolRanOut) return true
  return history.filter(isOpen).some((outcome, i, open) => {
    const before = open[i - 1]
    return outcome.toolRanOut && before?.toolRanOut === true && before.rate === outcome.rate
  })
}

function longestByRate(outcomes: readonly OpenOutcome[]): readonly OpenOutcome[] {
  const byRate = new Map<Rps, OpenOutcome>()
  for (const outcome of outcomes) {
    const known = byRate.get(outcome.rate)
    if (known === undefined || outweighs(outcome, known)) byRate.set(outcome.rate, outcome)
  }
  return [...byRate.values()]
}

function outweighs(later: OpenOutcome, earlier: OpenOutcome): boolean {
  const longerMs = later.trial.durationMs - earlier.trial.durationMs
  return longerMs > 0 || (longerMs === 0 && earlier.verdict !== 'pass')
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
  { low, high, floor, confirmed }: Bracket,
  { openTrial, holdTrial, end }: Moves,
): OpenTrial | SearchEnd {
  if (high === null) return end(low === null ? 'failing' : 'budget')
  if (low !== null && high / low <= NARROW) return confirmed ? end('found') : holdTrial(low)
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
