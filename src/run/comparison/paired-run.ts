import { decideAt, plannedQuestion } from '../../judge/comparison/compare.ts'
import { comparisonOf } from '../../judge/comparison/comparison-of.ts'
import { LOOKS } from '../../judge/comparison/looks.ts'
import { isServiceLevelDecided } from '../../judge/verdict/service-level.ts'
import { countedPairs, hasFailedBaseline } from '../../model/compared-values.ts'
import { type SpanUse, SpanWatch, UNKNOWN_USE } from '../../measure/monitor/index.ts'
import { type ComparedPair, LOOK_PAIRS, PAUSE_MS, type Side } from '../../model/comparison.ts'
import type { Interval } from '../../model/figures.ts'
import { LoadTargetError } from '../../model/errors.ts'
import { realTime } from '../../model/real-time.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Target } from '../../model/target.ts'
import type { Count, Ms, Ratio } from '../../model/units.ts'
import { SLICE_MS } from '../../measure/recorder.ts'
import type { CompiledPlan } from '../../plan/compiled-plan.ts'
import type { ResolvedComparison } from '../../plan/resolved-plan.ts'
import { makeReadable } from '../../report/readable-result.ts'
import { monotonicMs } from '../../traffic/clock.ts'
import { type Admission, type LoadRun, Run } from '../load-run.ts'
import { blockFigures, type MeasuredPair, withExclusions } from './compared-block.ts'
import { pairSchedule, type PairSchedule } from './pair-schedule.ts'

/** Time after a pair at which every generator has reported, unless the machine is busy. */
const REPORTED_MS: Ms = PAUSE_MS - 150
/** Time between two checks whether a late report has arrived. */
const LATE_REPORT_MS: Ms = 25
/** Share of a block by which its CPU use may be read too late. */
const MAX_LATE: Ratio = 0.05
/** A tolerance up to which the matchers are decided as well, if the plan gives none. */
const WIDER_TOLERANCE = 0.1

/** The baseline of a comparison, ready to be loaded. */
export interface BaselineTarget {
  readonly target: Target
  /** Commit of a git ref. */
  readonly commit?: string
  readonly isSelf?: boolean
  /** What may be missing if it does not start. */
  readonly advice?: string
  /** Called once, when no run uses the target any more. */
  release?(): void
}

/** Parts of a comparison that its caller determines. */
export interface PairedRunOptions {
  readonly admission?: Admission | undefined
  /** Prepares the baseline, for example by checking out a commit. */
  openBaseline(signal: AbortSignal): Promise<BaselineTarget>
}

/**
 * Runs a plan on two targets in turns: two ordinary runs with the same seed, whose blocks alternate. Ends as soon as the
 * comparison is decided. As a run, it is the candidate, and its result contains the comparison with the baseline.
 */
export class PairedRun implements LoadRun {
  readonly result: Promise<LoadResult>
  readonly #plan: CompiledPlan
  readonly #comparison: ResolvedComparison
  readonly #schedule: PairSchedule
  readonly #candidate: Run
  readonly #options: PairedRunOptions
  readonly #baseline = Promise.withResolvers<Run>()
  readonly #startMs = Promise.withResolvers<Ms>()
  readonly #over = new AbortController()
  #opened: BaselineTarget | undefined
  #baselineRun: Run | undefined
  /** Time that the side which is ready needs before the start; undefined until one is ready. */
  #leadMs: Ms | undefined
  #isComplete = false
  readonly #measured: MeasuredPair[] = []
  #pairs: readonly ComparedPair[] = []
  readonly #looks: Count[] = []

  constructor(plan: CompiledPlan, comparison: ResolvedComparison, options: PairedRunOptions) {
    this.#plan = plan
    this.#comparison = comparison
    this.#options = options
    this.#schedule = pairSchedule(comparison, plan)
    const isDuet = comparison.mode === 'duet'
    this.#candidate = new Run(
      { ...plan, blocks: this.#schedule.candidate },
      {
        admission: (signal) => this.#admit(signal),
        startTime: (leadMs) => this.#start(leadMs),
        ...(isDuet && { besideCores: () => this.#baselineRun?.targetCores ?? 0 }),
      },
    )
    this.#baseline.promise.catch(() => {})
    this.result = this.#run()
    this.result.catch(() => {})
  }

  get generatorId(): string {
    return this.#candidate.generatorId
  }

  metrics(): LoadResult {
    const result = this.#candidate.metrics()
    return this.#baselineRun === undefined ? result : this.#withComparison(result, this.#baselineRun.metrics())
  }

  async stop(because?: string): Promise<LoadResult> {
    this.#over.abort()
    void this.#candidate.stop(because)
    return this.result
  }

  [Symbol.asyncIterator](): AsyncIterator<Interval> {
    return this.#candidate[Symbol.asyncIterator]()
  }

  /** Waits for the machine, then prepares the baseline. */
  async #admit(signal: AbortSignal): Promise<() => void> {
    const leave = (await this.#options.admission?.(signal)) ?? ((): void => {})
    try {
      const baseline = await this.#options.openBaseline(signal)
      this.#opened = baseline
      signal.throwIfAborted()
      const [lane] = this.#plan.lanes
      const isDuet = this.#comparison.mode === 'duet'
      const run = new Run(
        {
          ...this.#plan,
          name: `${this.#plan.name} (baseline)`,
          lanes: [{ ...lane, target: baseline.target }],
          blocks: this.#schedule.baseline,
          // A limit that the baseline breaks is not the candidate's fault.
          abortOn: undefined,
        },
        {
          startTime: (leadMs) => this.#start(leadMs),
          ...(isDuet && { besideCores: () => this.#candidate.targetCores }),
        },
      )
      this.#baselineRun = run
      this.#baseline.resolve(run)
    } catch (error) {
      leave()
      // If the run was stopped meanwhile, its result says so.
      if (!signal.aborted) this.#baseline.reject(error)
      throw error
    }
    return leave
  }

  /** Starts both runs at the same time, when both are ready. */
  #start(leadMs: Ms): Promise<Ms> {
    // The warm-ups of the two sides begin at different times.
    if (this.#leadMs !== undefined) this.#startMs.resolve(monotonicMs() + Math.max(leadMs, this.#leadMs))
    this.#leadMs = leadMs
    return this.#startMs.promise
  }

  async #run(): Promise<LoadResult> {
    const candidate = this.#candidate.result
    try {
      const baselineRun = await Promise.race([this.#baseline.promise, candidate.then(() => undefined)])
      // Stopped before the baseline was ready.
      if (baselineRun === undefined) return await candidate
      const following = this.#follow({ candidate: this.#candidate, baseline: baselineRun })
      const [result, baseline] = await this.#both(baselineRun)
      this.#isComplete = result.ended === 'completed' && baseline.ended === 'completed'
      this.#over.abort()
      await following
      return this.#withComparison(result, baseline)
    } finally {
      this.#over.abort()
      this.#opened?.release?.()
    }
  }

  /** When one of the runs ends before its time, so does the other. */
  async #both(baselineRun: Run): Promise<readonly [candidate: LoadResult, baseline: LoadResult]> {
    const runs = [this.#candidate, baselineRun] as const
    const results = runs.map(async (run, index) => {
      const other = runs[1 - index]
      try {
        const result = await run.result
        if (result.ended !== 'completed') void other?.stop(endReason(result, run === baselineRun))
        return result
      } catch (error) {
        void other?.stop('the other side of the comparison failed')
        throw run === baselineRun ? ofBaseline(error, this.#opened) : error
      }
    })
    const [candidate, baseline] = await Promise.allSettled(results)
    for (const each of [candidate, baseline]) if (each?.status === 'rejected') throw each.reason
    if (candidate?.status !== 'fulfilled' || baseline?.status !== 'fulfilled') throw new TypeError('a run has a result')
    return [candidate.value, baseline.value]
  }

  #withComparison(result: LoadResult, baseline: LoadResult): LoadResult {
    const { tolerance, blockMs, mode } = this.#comparison
    const { commit, isSelf } = this.#opened ?? {}
    const comparison = comparisonOf(this.#pairs, {
      looks: this.#looks,
      blockMs,
      mode,
      discardMs: this.#schedule.candidate.discardMs,
      tolerance,
      ...(commit !== undefined && { commit }),
      ...(isSelf !== undefined && { isSelf }),
      baseline,
    })
    return Object.freeze(makeReadable({ ...result, comparison }))
  }

  /** Collects the figures of each pair, and ends both runs once the comparison is decided. */
  async #follow(runs: Readonly<Record<Side, Run>>): Promise<void> {
    const startMs = await Promise.race([this.#startMs.promise, aborted(this.#over.signal)])
    if (startMs === undefined) return
    const { firsts, startOf, endOf } = this.#schedule
    for (const [pair, watched] of this.#watchAll(startMs, runs).entries()) {
      const uses = await watched
      await this.#until(startMs + endOf(pair) + REPORTED_MS)
      await this.#reported(pair, runs)
      const isOver = this.#over.signal.aborted
      // The last pairs of a complete run are complete as well.
      if (isOver && !this.#isComplete) return
      this.#addPair(pair, firsts[pair], runs, uses)
      if (isOver || !this.#isDecided(pair)) continue
      // After a late report, the next pair may have begun.
      const current = firsts.findIndex((_, each) => startMs + startOf(each + 1) > monotonicMs())
      for (const run of Object.values(runs)) run.endAt(endOf(Math.max(pair, current)))
      return
    }
  }

  /**
   * Resolves when every generator has reported a pair and every request of it has ended, or when the comparison is over.
   */
  async #reported(pair: number, { candidate, baseline }: Readonly<Record<Side, Run>>): Promise<void> {
    // The last slice of a block belongs to the pause as well, so it is covered only after it.
    const coveredMs = (pair + 1) * this.#comparison.blockMs - SLICE_MS
    const isReported = (run: Run): boolean => run.coveredMs >= coveredMs && run.isBlockComplete(pair)
    while (!this.#over.signal.aborted && !(isReported(candidate) && isReported(baseline))) {
      await this.#until(monotonicMs() + LATE_REPORT_MS)
    }
  }

  /**
   * Watches the blocks of all pairs, by pair, one after the other: a pair whose requests end late is read while the next
   * one has begun.
   */
  #watchAll(startMs: Ms, runs: Readonly<Record<Side, Run>>): readonly Promise<Readonly<Record<Side, SpanUse>>>[] {
    let before: Promise<unknown> = Promise.resolve()
    return this.#schedule.firsts.map((first, pair) => {
      const atMs = startMs + this.#schedule.startOf(pair)
      const laterMs = atMs + this.#comparison.blockMs
      const watched = before.then(async () => {
        const [candidate, baseline] = await Promise.all([
          this.#watch(runs, 'candidate', first === 'baseline' ? laterMs : atMs),
          this.#watch(runs, 'baseline', first === 'candidate' ? laterMs : atMs),
        ])
        return { candidate, baseline }
      })
      before = watched
      return watched
    })
  }

  /** Watches the compared part of the block that starts at `atMs` on the machine's monotonic clock. */
  async #watch(runs: Readonly<Record<Side, Run>>, side: Side, atMs: Ms): Promise<SpanUse> {
    const { discardMs, lengthMs } = this.#schedule.candidate
    await this.#until(atMs + discardMs)
    if (this.#over.signal.aborted) return UNKNOWN_USE
    const startedMs = monotonicMs()
    const beside = side === 'candidate' ? runs.baseline : runs.candidate
    // In its pause, the other side may still work on requests of its block. That is not the work of others.
    const watch = new SpanWatch(runs[side].pids, beside.pids)
    await this.#until(atMs + lengthMs)
    const use = watch.read()
    const isWhole = isNear(startedMs, atMs + discardMs) && isNear(monotonicMs(), atMs + lengthMs)
    return isWhole ? use : UNKNOWN_USE

    function isNear(actualMs: Ms, plannedMs: Ms): boolean {
      return Math.abs(actualMs - plannedMs) < MAX_LATE * lengthMs
    }
  }

  #addPair(
    pair: number,
    first: Side | undefined,
    runs: Readonly<Record<Side, Run>>,
    uses: Readonly<Record<Side, SpanUse>>,
  ): void {
    const [candidate, baseline] = [runs.candidate.block(pair), runs.baseline.block(pair)]
    if (candidate === undefined || baseline === undefined) return
    const blocks = {
      candidate: blockFigures(candidate, uses.candidate),
      baseline: blockFigures(baseline, uses.baseline),
    }
    const undispatched = {
      candidate: candidate.total.droppedByReason.generator ?? 0,
      baseline: baseline.total.droppedByReason.generator ?? 0,
    }
    const { lengthMs, discardMs } = this.#schedule.candidate
    const startMs = this.#schedule.startOf(pair)
    this.#measured.push({ startMs, ...(first !== undefined && { first }), ...blocks, undispatched })
    this.#pairs = withExclusions(this.#measured, lengthMs - discardMs)
  }

  /** Checks the comparison after a pair, and the limits of the candidate if the plan has a shortest duration. */
  #isDecided(pair: number): boolean {
    if (this.#isUseless) return true
    const counted = countedPairs(this.#pairs).length
    // Each pair may change which of the earlier ones count, so their number may pass that of a look.
    const due = LOOKS.map(({ pairs }) => pairs).filter((pairs) => pairs <= counted && !this.#looks.includes(pairs))
    if (due.length === 0) return false
    this.#looks.push(...due)
    if (counted >= LOOK_PAIRS[2]) return true
    // More pairs show better how noisy this machine is.
    if (this.#comparison.isSelf) return false
    const { looks, sla } = this.#plan
    if (looks !== undefined && this.#schedule.endOf(pair) < looks.minMs) return false
    if (looks !== undefined && !isServiceLevelDecided(this.#candidate.metrics(), sla)) return false
    const { tolerance, isToleranceGiven } = this.#comparison
    const { verdict } = decideAt(this.#pairs, plannedQuestion(tolerance))
    if (isToleranceGiven || verdict === 'pass') return verdict === 'pass' || verdict === 'fail'
    return decideAt(this.#pairs, plannedQuestion(WIDER_TOLERANCE)).verdict === 'fail'
  }

  /** Whether the baseline has failed in so many pairs that the others will not suffice. */
  get #isUseless(): boolean {
    return this.#pairs.length >= LOOK_PAIRS[0] && hasFailedBaseline(this.#pairs, this.#schedule.firsts.length)
  }

  /** Resolves at a time on the machine's monotonic clock, or when the comparison is over. */
  #until(atMs: Ms): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#over
      if (signal.aborted) return resolve()
      const timer = realTime.setTimeout(done, Math.max(0, atMs - monotonicMs()))
      signal.addEventListener('abort', done, { once: true })
      function done(): void {
        realTime.clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
    })
  }
}

/** Why a run ended early, for the other side of the comparison. */
function endReason({ endedBecause }: LoadResult, isBaseline: boolean): string | undefined {
  return isBaseline && endedBecause !== undefined ? `the baseline ended early: ${endedBecause}` : endedBecause
}

/** Returns an error of the baseline that names it: the candidate may start well. */
function ofBaseline(error: unknown, { commit, advice }: Partial<BaselineTarget> = {}): unknown {
  if (!(error instanceof LoadTargetError)) return error
  const name = commit === undefined ? 'the baseline' : `the baseline, commit ${commit.slice(0, 10)}`
  const more = advice === undefined ? '' : `\n  → ${advice}`
  return new LoadTargetError(error.code, `${name}: ${error.message}${more}`)
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    else signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}
