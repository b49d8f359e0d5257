/** Plans trials around an estimated limit: hold a rate just below it and refute one just above it. */
import type { LimitSlo } from '../../model/limits-findings.ts'
import type { Ms, Rps } from '../../model/units.ts'
import type { Bracket } from './limit-bracket.ts'
import { calmStep, type LimitEstimate } from './limit-estimate.ts'
import {
  FULL_LENGTH_MS,
  isFull,
  isOpen,
  type OpenTrial,
  type SearchEnd,
  tidy,
  type TrialOutcome,
} from './limit-trial.ts'

export interface AroundMoves {
  openTrial(purpose: OpenTrial['purpose'], rate: Rps, durationMs: Ms): OpenTrial
  holdTrial(rate: Rps, longer?: number): OpenTrial
  end(ended: SearchEnd['ended']): SearchEnd
}

export interface AroundOptions {
  readonly slo: LimitSlo
  readonly maxRps: Rps
}

/** Maximum ratio of the ends of an interval: ±4.3% for a target with a constant service time, ±9.1% for any other. */
const EXACT_RATIO = 1.09
const RANDOM_RATIO = 1.2
/** Shares of the lowest rate tried. The search tries them in order until one is held. */
const EXACT_DOWN: readonly number[] = [0.98, 0.965, 0.93, 0.9, 0.8, 0.7, 0.5]
const RANDOM_DOWN: readonly number[] = [0.93, 0.93, 0.9, 0.85, 0.8, 0.7, 0.5]
/** Factors on the highest rate held. The search tries them in order until one is not held. */
const EXACT_UP: readonly number[] = [1.06, 1.25]
const RANDOM_UP: readonly number[] = [1.08, 1.15]
const REFUTE_MS: Ms = 8_000
/** Number of rates that must fail before the search tries the lowest step for a full length. */
const FAILED_BEFORE_BASE = 3

export function aroundEstimate(
  history: readonly TrialOutcome[],
  bracket: Bracket,
  estimate: LimitEstimate,
  { slo, maxRps }: AroundOptions,
  { openTrial, holdTrial, end }: AroundMoves,
): OpenTrial | SearchEnd {
  const { isExact } = estimate
  const widest = isExact ? EXACT_RATIO : RANDOM_RATIO
  const { low, high, highIsFirm, topHeld } = bracket
  const full = history.filter(isFull)
  const holdRate = Math.min(tidy(estimate.holdRps), maxRps)
  const holds = full.filter(({ rate }) => rate === holdRate)
  if (holds.length === 0) return holdTrial(holdRate)
  // A stall of the machine can fail a rate that the target holds. A second failure counts.
  if (isExact && holds.length === 1 && holds[0]?.verdict !== 'pass') return holdTrial(holdRate, 1.25)

  const tried = full.map(({ rate }) => rate).filter((rate) => rate > (low ?? 0))
  if (tried.length > 0 && (low === null || Math.min(...tried) / low > widest)) return lower(Math.min(...tried))
  if (low === null || topHeld === null) return end('failing')
  if (high !== null && highIsFirm) {
    const between = tidy(Math.max(1.01 * low, (1.01 * high) / widest))
    // If trials disagree about a rate, the interval keeps its width.
    if (high / low <= widest || full.some(({ rate }) => rate === between)) return end('found')
    return { ...holdTrial(between), purpose: 'bisect' }
  }
  return refute(topHeld, low)

  function lower(lowest: Rps): OpenTrial | SearchEnd {
    const failed = new Set(full.filter(({ verdict }) => verdict !== 'pass').map(({ rate }) => rate))
    const base = history.find(isOpen)?.rate ?? 0
    const isBaseOpen = low === null && lowest > 2 * base && !full.some(({ rate }) => rate === base)
    if (isBaseOpen && failed.size >= FAILED_BEFORE_BASE) return holdTrial(base)
    const share = (isExact ? EXACT_DOWN : RANDOM_DOWN)[new Set(tried).size - 1]
    if (share === undefined) return end(low === null ? 'failing' : 'budget')
    const rate = tidy(share * lowest)
    return holdTrial(low === null ? rate : Math.max(rate, tidy(1.01 * low)))
  }

  /** Tries a rate just above the limit, or above every rate that passed although the estimate said otherwise. */
  function refute(held: Rps, lowest: Rps): OpenTrial | SearchEnd {
    const target = tidy(Math.min(estimate.refuteRps, widest * lowest))
    const ups = isExact ? EXACT_UP : RANDOM_UP
    const passed = history.filter(({ trial, verdict }) => trial.purpose === 'refute' && verdict === 'pass')
    const highest = Math.max(held, ...passed.map((outcome) => outcome.rate))
    const up = ups[Math.min(Math.max(passed.length, 1), ups.length) - 1] ?? 1
    const rate = target > highest ? target : tidy(up * highest)
    if (rate >= maxRps) {
      const wasTried = full.some((outcome) => outcome.rate === maxRps)
      return wasTried ? end('ceiling') : holdTrial(maxRps)
    }
    const serviceMs = calmStep(history)?.serviceMs ?? 0
    return openTrial('refute', rate, isExact && target > highest ? refuteMs(slo.p99Ms, serviceMs) : FULL_LENGTH_MS)
  }
}

/**
 * Returns the time until the responses are late at a rate 3.5% over capacity: the queue adds 35 ms of waiting per
 * second.
 */
function refuteMs(sloMs: Ms, serviceMs: Ms): Ms {
  return Math.min(20_000, Math.max(REFUTE_MS, (sloMs - serviceMs) / 0.035))
}
