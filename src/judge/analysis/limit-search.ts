/**
 * The search for the highest rate that holds a service level, as a pure function of what was tried so far: the loop
 * that sends traffic is elsewhere, and a search can be replayed from a table.
 *
 * Bisecting with percentile verdicts alone does not fit into a minute: 299 requests at 80/s take 3.7 s, and 4 s at 5%
 * over capacity have no answer later than 250 ms. So the search steps upward to the first overload, measures the
 * throughput Ĉ of a full pool, holds 0.975 Ĉ and refutes 1.035 Ĉ. Only where these disagree, or where throughput
 * collapses under overload so that Ĉ says nothing, does it bisect.
 */
import type { LimitSlo } from '../../model/limits-findings.ts'
import type { Ms, Rps } from '../../model/units.ts'
import { bisection, bracketOf, type Bracket } from './limit-bracket.ts'
import {
  FULL_LENGTH_MS,
  isOpen,
  type OpenTrial,
  outcomeOf,
  type SearchEnd,
  tidy,
  type Trial,
  type TrialOutcome,
} from './limit-trial.ts'

export interface SearchOptions {
  readonly slo: LimitSlo
  /** The search goes no higher. */
  readonly maxRps: Rps
  /** Connections at most, which is how many requests saturate the target. */
  readonly pool: number
  /** Planned traffic of the whole search; beyond it nothing new is tried. */
  readonly budgetMs: Ms
}

/** Requests that show a p99 at 95% confidence when none of them is late. */
const SHOWN_BY = 299
const REFUTE_MS = 8_000
const HOLD_SHARE = 0.975
const REFUTE_SHARE = 1.035
/** Below this share of the best throughput, a saturated target has collapsed and Ĉ is not its capacity. */
const COLLAPSED = 0.9
const RECOMMENDED_SHARES: readonly number[] = [0.8, 0.65]

/** What to try next, given everything tried so far in order. The same history always gives the same answer. */
export function nextTrial(history: readonly TrialOutcome[], options: SearchOptions): Trial | SearchEnd {
  const again = repeated(history)
  if (again !== undefined) return again
  const survey = nextStep(history, options)
  if (survey !== undefined) return survey
  const narrowing = limitTrial(history, options)
  const spentMs = history.reduce((sum, { tookMs }) => sum + tookMs, 0)
  const search =
    narrowing.purpose === 'done' || spentMs < options.budgetMs
      ? narrowing
      : outOfTime(history, spentMs < 1.5 * options.budgetMs)
  if (search.purpose !== 'done' || search.low === null) return search
  return confirmation(history, search.low) ?? recoveryTrial(history, search) ?? search
}

/** A load that was not made as planned is made once more: it says nothing of the target. */
function repeated(history: readonly TrialOutcome[]): Trial | undefined {
  const last = history.at(-1)
  if (last === undefined || !isOpen(last) || last.verdict !== 'invalid') return undefined
  const before = history.at(-2)
  const wasRepeated =
    before !== undefined && isOpen(before) && before.trial.purpose === last.trial.purpose && before.rate === last.rate
  return wasRepeated ? undefined : last.trial
}

/** What a search that was cut off here has found. */
export function searchSoFar(history: readonly TrialOutcome[]): SearchEnd {
  return end(history, bracketOf(history), 'budget')
}

/** What is known is worth confirming once, even late. */
function outOfTime(history: readonly TrialOutcome[], isLeftToConfirm: boolean): Trial | SearchEnd {
  const bracket = bracketOf(history)
  const known = bracket.low ?? bracket.floor
  const wasHeld = history.some(({ trial, rate }) => trial.purpose === 'hold' && rate === known)
  if (isLeftToConfirm && known !== null && !bracket.confirmed && !wasHeld) return holdTrial(known)
  return searchSoFar(history)
}

/** The steps: 50, 200, 500, 1000, 2000, then doubling, the last one at the ceiling. */
function stepRate(index: number, maxRps: Rps): Rps {
  const rate = [50, 200, 500, 1_000][index] ?? 2_000 * 2 ** (index - 4)
  return Math.min(rate, maxRps)
}

function nextStep(history: readonly TrialOutcome[], { maxRps }: SearchOptions): Trial | undefined {
  const steps = history.filter(({ trial }) => trial.purpose === 'step')
  const last = steps.at(-1)
  if (last !== undefined && (last.verdict !== 'pass' || last.rate >= maxRps)) return undefined
  // The first step also gives the latency that every later one is compared with.
  const made = new Set(steps.map(({ rate }) => rate)).size
  return openTrial('step', stepRate(made, maxRps), made === 0 ? 2_500 : 2_000)
}

/** The trial that narrows the bracket, or the end of narrowing. */
function limitTrial(history: readonly TrialOutcome[], options: SearchOptions): Trial | SearchEnd {
  const lastStep = history.findLast(({ trial }) => trial.purpose === 'step')
  const bracket = bracketOf(history)
  if (bracket.toolRanOut) return heldAsFarAsItWent(history, bracket)
  if (bracket.high === null && bracket.low === null && lastStep !== undefined) {
    return holdTrial(lastStep.rate)
  }
  if (bracket.high === null && bracket.low !== null && bracket.low >= options.maxRps) {
    return end(history, bracket, 'ceiling')
  }
  const saturation = outcomeOf(history, 'saturate')
  if (saturation === undefined) return saturateTrial(history, bracket, options)
  const capacity = capacityFrom(saturation, history)
  if (capacity !== null && capacity >= 1) {
    const guided = aroundCapacity(history, bracket, capacity, options)
    if (guided !== undefined) return guided
  }
  return bisection(history, bracket, { openTrial, holdTrial, end: (ended) => end(history, bracket, ended) })
}

/** Ĉ, or null where the saturated throughput is not the capacity. */
function capacityFrom(saturation: TrialOutcome, history: readonly TrialOutcome[]): Rps | null {
  const best = Math.max(0, ...history.filter(isOpen).map(({ achievedRps }) => achievedRps))
  return saturation.achievedRps < COLLAPSED * best ? null : saturation.achievedRps
}

/** Hold a little below Ĉ, refute a little above; undefined where that leaves the bracket open. */
function aroundCapacity(
  history: readonly TrialOutcome[],
  bracket: Bracket,
  capacity: Rps,
  { slo, maxRps }: SearchOptions,
): Trial | SearchEnd | undefined {
  const holdRate = Math.min(tidy(HOLD_SHARE * capacity), maxRps)
  const holds = history.filter(({ trial, rate }) => trial.purpose === 'hold' && rate === holdRate)
  if (holds.length === 0) return holdTrial(holdRate)
  // A stall of the machine can fail a rate that the target holds; nothing can make it hold one that it cannot. So one
  // failure is tried again, and longer, while a pass stands.
  if (holds.length === 1 && holds[0]?.verdict !== 'pass') return holdTrial(holdRate, 1.25)
  if (bracket.low === null || bracket.low < holdRate) return undefined
  const refuteRate = tidy(REFUTE_SHARE * capacity)
  if (refuteRate >= maxRps) {
    return history.some(({ trial, rate }) => trial.purpose === 'hold' && rate === maxRps)
      ? undefined
      : holdTrial(maxRps)
  }
  if (!history.some(({ trial }) => trial.purpose === 'refute')) {
    const serviceMs = history.find(isOpen)?.p50Ms ?? 0
    return openTrial('refute', refuteRate, refuteMs(slo.p99Ms, serviceMs))
  }
  if (bracket.high !== null && bracket.high <= refuteRate) return end(history, bracket, 'found')
  if (bracket.high === null) return upward(bracket.low, maxRps)
  return undefined
}

/** Everything so far was held, against what an earlier step seemed to say. */
function upward(low: Rps, maxRps: Rps): OpenTrial {
  return openTrial('bisect', Math.min(tidy(1.25 * low), maxRps), FULL_LENGTH_MS)
}

/** Until the last answers of a rate 3.5% over capacity are late: the queue adds 35 ms of waiting each second. */
function refuteMs(sloMs: Ms, serviceMs: Ms): Ms {
  return Math.min(20_000, Math.max(REFUTE_MS, (sloMs - serviceMs) / (REFUTE_SHARE - 1)))
}

/** The tool could go no further: confirm what it did reach, and leave the upper end open. */
function heldAsFarAsItWent(history: readonly TrialOutcome[], bracket: Bracket): Trial | SearchEnd {
  const reached = bracket.floor
  const open = { ...bracket, high: null }
  if (bracket.low !== null || reached === null) return end(history, open, 'generator')
  const next = [reached, tidy(reached / 2), tidy(reached / 4)].find(
    (rate) => !history.some(({ trial, rate: tried }) => trial.purpose === 'hold' && tried === rate),
  )
  return next === undefined ? end(history, open, 'generator') : holdTrial(next)
}

function confirmation(history: readonly TrialOutcome[], low: Rps): Trial | undefined {
  const tried = history.filter(({ trial }) => trial.purpose === 'recommend')
  if (tried.some(({ verdict }) => verdict === 'pass')) return undefined
  const share = RECOMMENDED_SHARES[new Set(tried.map(({ rate }) => rate)).size]
  if (share === undefined) return undefined
  const rate = tidy(share * low)
  return openTrial('recommend', rate, Math.max(8_000, (1_000 * SHOWN_BY * 1.1) / rate), 'poisson')
}

/** Two seconds of half as much again as the target holds, then half of it until it is itself again. */
function recoveryTrial(history: readonly TrialOutcome[], { low, high }: SearchEnd): Trial | undefined {
  if (low === null || high === null || outcomeOf(history, 'recover') !== undefined) return undefined
  return {
    purpose: 'recover',
    overloadRps: tidy(Math.max(1.5 * low, 1.1 * high)),
    overloadMs: 2_000,
    afterRps: tidy(low / 2),
    afterMs: 6_000,
    durationMs: 8_000,
  }
}

/** Long enough for 300 completions, as far as the steps tell how fast they come. */
function saturateTrial(history: readonly TrialOutcome[], { floor }: Bracket, { pool }: SearchOptions): Trial {
  const seenRps = Math.max(floor ?? 0, ...history.filter(isOpen).map(({ achievedRps }) => achievedRps))
  const durationMs = seenRps === 0 ? 5_000 : Math.min(10_000, Math.max(2_500, 320_000 / seenRps))
  // What an overload left behind in the target is served in the warm-up, which nobody counts.
  return { purpose: 'saturate', concurrency: pool, durationMs, warmUpMs: 1_000 }
}

function openTrial(purpose: OpenTrial['purpose'], rate: Rps, durationMs: Ms, arrivals?: 'poisson'): OpenTrial {
  return { purpose, rate, arrivals: arrivals ?? 'uniform', durationMs: Math.ceil(Math.min(durationMs, 60_000)) }
}

function holdTrial(rate: Rps, longer = 1): OpenTrial {
  return openTrial('hold', rate, longer * Math.max(FULL_LENGTH_MS, (1_000 * SHOWN_BY * 1.02) / rate))
}

function end(
  history: readonly TrialOutcome[],
  { low, high, confirmed }: Bracket,
  ended: SearchEnd['ended'],
): SearchEnd {
  const recommended = history.find(({ trial, verdict }) => trial.purpose === 'recommend' && verdict === 'pass')
  return { purpose: 'done', low, high, confirmed, recommendedRps: recommended?.rate ?? null, ended }
}
