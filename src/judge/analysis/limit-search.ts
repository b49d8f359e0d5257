/**
 * Searches for the highest rate that meets a service level, as a pure function of the trials so far. Another module
 * runs the trials, so a search can be replayed from a table.
 *
 * Bisection with percentile verdicts alone does not fit into a minute: 299 requests at 80/s take 3.7 s, and 4 s at 5%
 * over capacity contain no response later than 250 ms. So the search steps upward to the first overload, measures the
 * throughput Ĉ of a full pool, holds 0.975 Ĉ and refutes 1.035 Ĉ. It bisects only if these disagree, or if throughput
 * collapses under overload, because Ĉ is then meaningless.
 */
import type { LimitSlo } from '../../model/limits-findings.ts'
import type { Ms, Rps } from '../../model/units.ts'
import { aroundEstimate } from './limit-around.ts'
import { bisection, bracketOf, type Bracket } from './limit-bracket.ts'
import { baseBursts, suspectedBursts } from './limit-bursts.ts'
import { calmStep, estimateLimit, gentleConcurrency, suspectedCollapse } from './limit-estimate.ts'
import {
  FULL_LENGTH_MS,
  isFull,
  isOpen,
  type OpenTrial,
  provingMs,
  type SearchEnd,
  SHOWN_BY,
  tidy,
  type Trial,
  type TrialOutcome,
} from './limit-trial.ts'

export interface SearchOptions {
  readonly slo: LimitSlo
  /** Maximum rate of the search. */
  readonly maxRps: Rps
  /** Maximum number of connections, which is the number of requests that saturate the target. */
  readonly pool: number
  /** Time limit for the traffic of the search; after it, the search starts no new kind of trial. */
  readonly budgetMs: Ms
}

const MAX_TRIES = 2
/** Maximum ratio of an interval that counts as found. */
const WIDEST_FOUND = 1.3
const RECOMMENDED_SHARES: readonly number[] = [0.8, 0.65]

/**
 * Returns the next trial, or the end of the search, for all trials so far in order. It depends only on its arguments.
 */
export function nextTrial(history: readonly TrialOutcome[], options: SearchOptions): Trial | SearchEnd {
  const again = repeated(history)
  if (again !== undefined) return again
  if (answersErrorsOnly(history) || baseBursts(history, options.slo) !== undefined) return searchSoFar(history, options)
  const survey = nextStep(history, options)
  if (survey !== undefined) return survey
  const narrowing = unlessTried(history, limitTrial(history, options), options)
  const spentMs = history.reduce((sum, { tookMs }) => sum + tookMs, 0)
  const search =
    narrowing.purpose === 'done' || spentMs < options.budgetMs
      ? narrowing
      : outOfTime(history, options, spentMs < 1.5 * options.budgetMs)
  if (search.purpose !== 'done' || search.low === null) return search
  return confirmation(history, search.low, options) ?? recoveryTrial(history, search, options) ?? search
}

/** Ends the search when trials disagree about a rate, because a third trial would not decide it. */
function unlessTried(
  history: readonly TrialOutcome[],
  next: Trial | SearchEnd,
  options: SearchOptions,
): Trial | SearchEnd {
  if (next.purpose !== 'bisect' && next.purpose !== 'hold') return next
  const tried = history.filter(({ trial, rate }) => trial.purpose === next.purpose && rate === next.rate)
  const judged = tried.filter(({ isToolLimited }) => !isToolLimited)
  if (judged.length < MAX_TRIES && tried.length <= MAX_TRIES) return next
  const { low, high } = bracketOf(history)
  return low !== null && high !== null && high / low < WIDEST_FOUND
    ? end(history, { low, high }, 'found')
    : searchSoFar(history, options)
}

/** Repeats once a trial whose load was not delivered as planned, because it shows nothing about the target. */
function repeated(history: readonly TrialOutcome[]): Trial | undefined {
  const last = history.at(-1)
  if (last === undefined || last.verdict !== 'invalid' || last.trial.purpose === 'recover') return undefined
  // A saturation that exhausts the generator does so each time.
  if (!isOpen(last) && last.isToolLimited) return undefined
  const before = history.at(-2)
  const wasRepeated = before !== undefined && isSame(before, last)
  const isTriedOut = history.filter((outcome) => isSame(outcome, last)).length > MAX_TRIES
  return wasRepeated || isTriedOut ? undefined : last.trial
}

function isSame(one: TrialOutcome, other: TrialOutcome): boolean {
  if (isOpen(one)) return isOpen(other) && one.trial.purpose === other.trial.purpose && one.rate === other.rate
  return one.trial.purpose === 'saturate' && other.trial.purpose === 'saturate'
    ? one.trial.concurrency === other.trial.concurrency
    : one.trial.purpose === other.trial.purpose
}

/** Returns the result of a search that ends here. */
export function searchSoFar(history: readonly TrialOutcome[], { slo }: Pick<SearchOptions, 'slo'>): SearchEnd {
  const bracket = bracketOf(history)
  if (answersErrorsOnly(history)) return end(history, bracket, 'failing')
  if (baseBursts(history, slo) !== undefined) return end(history, { ...bracket, low: null, high: null }, 'bursts')
  return end(history, bracket, 'budget')
}

/** Whether every response of the first step is an error, so that a lower rate does not help. */
function answersErrorsOnly([first]: readonly TrialOutcome[]): boolean {
  return first !== undefined && first.verdict === 'fail' && first.errorRate === 1 && first.errors?.isAnswered === true
}

/** Ends the search at its time limit, after one trial to confirm the highest passing rate. */
function outOfTime(
  history: readonly TrialOutcome[],
  options: SearchOptions,
  isLeftToConfirm: boolean,
): Trial | SearchEnd {
  const bracket = bracketOf(history)
  const known = bracket.floor
  const wasHeld = history.some((outcome) => isFull(outcome) && outcome.rate === known)
  if (isLeftToConfirm && known !== null && bracket.low === null && !wasHeld) return holdTrial(known)
  return searchSoFar(history, options)
}

/** Returns the rate of a step: 50, 200, 500, 1000, 2000, then doubling up to the ceiling. */
function stepRate(index: number, maxRps: Rps): Rps {
  const rate = [50, 200, 500, 1_000][index] ?? 2_000 * 2 ** (index - 4)
  return Math.min(rate, maxRps)
}

function nextStep(history: readonly TrialOutcome[], { maxRps }: SearchOptions): Trial | undefined {
  const steps = history.filter(({ trial }) => trial.purpose === 'step')
  const last = steps.at(-1)
  if (last !== undefined && (last.verdict !== 'pass' || last.rate >= maxRps)) return undefined
  // The first step also measures the latency that every later step is compared with.
  const made = new Set(steps.map(({ rate }) => rate)).size
  return openTrial('step', stepRate(made, maxRps), made === 0 ? 2_500 : 2_000)
}

/** Returns the trial that narrows the bracket, or the end of the search. */
function limitTrial(history: readonly TrialOutcome[], options: SearchOptions): Trial | SearchEnd {
  const lastStep = history.findLast(({ trial }) => trial.purpose === 'step')
  const bracket = bracketOf(history)
  if (bracket.isToolLimited) return heldAsFarAsItWent(history, bracket)
  if (bracket.high === null && bracket.topHeld === null && lastStep !== undefined) {
    return holdTrial(lastStep.rate)
  }
  if (bracket.high === null && bracket.low !== null && bracket.low >= options.maxRps) {
    return end(history, bracket, 'ceiling')
  }
  const base = history.find(isOpen)?.rate
  const isBaseOpen = base !== undefined && !history.some(isFull)
  if (isBaseOpen && suspectedBursts(history, options.slo)) return holdTrial(base)
  const saturation = saturateTrial(history, bracket, options)
  if (saturation !== undefined) return saturation
  const moves = { openTrial, holdTrial, end: (ended: SearchEnd['ended']) => end(history, bracket, ended) }
  const estimate = estimateLimit(history, options.slo)
  return estimate === null
    ? bisection(history, bracket, moves)
    : aroundEstimate(history, bracket, estimate, options, moves)
}

/** Confirms the highest rate that the generator delivered, and leaves the upper end open. */
function heldAsFarAsItWent(history: readonly TrialOutcome[], bracket: Bracket): Trial | SearchEnd {
  const reached = bracket.floor
  const open = { ...bracket, high: null }
  if (bracket.low !== null || reached === null) return end(history, open, 'generator')
  const next = [reached, tidy(reached / 2), tidy(reached / 4)].find(
    (rate) => !history.some(({ trial, rate: tried }) => trial.purpose === 'hold' && tried === rate),
  )
  return next === undefined ? end(history, open, 'generator') : holdTrial(next)
}

function confirmation(history: readonly TrialOutcome[], low: Rps, { maxRps }: SearchOptions): Trial | undefined {
  const tried = history.filter(({ trial }) => trial.purpose === 'recommend')
  if (tried.some(({ verdict }) => verdict === 'pass')) return undefined
  const share = RECOMMENDED_SHARES[new Set(tried.map(({ rate }) => rate)).size]
  if (share === undefined) return undefined
  const rate = tidy(share * low)
  // A second of a Poisson process has up to three standard deviations, 3√λ, more arrivals than its mean λ.
  const arrivals = rate + 3 * Math.sqrt(rate) <= maxRps ? 'poisson' : undefined
  return openTrial('recommend', rate, Math.max(8_000, (1_000 * SHOWN_BY * 1.1) / rate), arrivals)
}

/** Plans 2 s at 1.5 × the held rate, then 6 s at half of it to measure the recovery. */
function recoveryTrial(
  history: readonly TrialOutcome[],
  { low, high }: SearchEnd,
  { maxRps }: SearchOptions,
): Trial | undefined {
  if (low === null || high === null || history.some(({ trial }) => trial.purpose === 'recover')) return undefined
  const overloadRps = tidy(Math.max(1.5 * low, 1.1 * high))
  if (overloadRps > maxRps) return undefined
  return {
    purpose: 'recover',
    overloadRps,
    overloadMs: 2_000,
    afterRps: tidy(low / 2),
    afterMs: 6_000,
    durationMs: 8_000,
  }
}

/**
 * Plans a saturation with a full pool, long enough for 300 completions, or for an error of 2.5% if service times vary.
 * If it completes less than an earlier trial, a second one with fewer requests in flight follows. Undefined once both
 * are done.
 */
function saturateTrial(
  history: readonly TrialOutcome[],
  { floor }: Bracket,
  { pool }: SearchOptions,
): Trial | undefined {
  const tried = history.flatMap(({ trial }) => (trial.purpose === 'saturate' ? [trial.concurrency] : []))
  const calm = calmStep(history)
  const seenRps = Math.max(floor ?? 0, ...history.filter(isOpen).map(({ achievedRps }) => achievedRps))
  const needed = Math.max(320, 1_600 * (calm?.serviceCv ?? 0) ** 2)
  const durationMs = seenRps === 0 ? 5_000 : Math.min(10_000, Math.max(2_500, (320 / seenRps) * 1_000))
  const longMs = seenRps === 0 ? 0 : Math.min(6_000, (1_000 * needed) / seenRps)
  // During the warm-up, which does not count, the target serves the requests that an overload left behind.
  const saturate = (concurrency: number): Trial => ({
    purpose: 'saturate',
    concurrency,
    durationMs: Math.ceil(Math.max(durationMs, longMs)),
    warmUpMs: 1_000,
  })
  if (tried.length === 0) return saturate(pool)
  const best = suspectedCollapse(history)
  if (best === undefined || tried.some((concurrency) => concurrency !== pool)) return undefined
  const gentle = gentleConcurrency(best, calm?.serviceMs ?? 0)
  return gentle < pool ? saturate(gentle) : undefined
}

function openTrial(purpose: OpenTrial['purpose'], rate: Rps, durationMs: Ms, arrivals?: 'poisson'): OpenTrial {
  return { purpose, rate, arrivals: arrivals ?? 'uniform', durationMs: Math.ceil(Math.min(durationMs, 60_000)) }
}

function holdTrial(rate: Rps, longer = 1): OpenTrial {
  return openTrial('hold', rate, longer * Math.max(FULL_LENGTH_MS, provingMs(rate)))
}

function end(
  history: readonly TrialOutcome[],
  { low, high }: Pick<Bracket, 'low' | 'high'>,
  ended: SearchEnd['ended'],
): SearchEnd {
  const recommended = history.find(({ trial, verdict }) => trial.purpose === 'recommend' && verdict === 'pass')
  return { purpose: 'done', low, high, confirmed: low !== null, recommendedRps: recommended?.rate ?? null, ended }
}
