import { LoadError } from '../model/errors.ts'
import { isRef, isStdio, prepareTimeoutMs, startTimeoutMs } from '../model/target.ts'
import { clockDurationMs } from '../plan/comparison.ts'
import type { CompiledPlan } from '../plan/compiled-plan.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import type { WrittenPlan } from '../plan/load-plan.ts'
import { formatDuration, formatPlural } from '../wording/figures.ts'
import { sum } from '../model/sum.ts'
import type { Count, Ms } from '../model/units.ts'
import type { LoadResult } from '../model/result.ts'
import type { LoadPart, Progress } from '../report/live/progress.ts'
import { startCompiled } from '../run/index.ts'
import type { LoadRun } from '../run/index.ts'
import { callsForTarget, callTargets } from '../run/target/called-targets.ts'
import { planEnvironment } from '../run/plan-environment.ts'
import { vocabulary } from '../run/vocabulary.ts'
import { formatLoadCall, formatWaiting } from '../wording/load-test.ts'
import { ActiveLoad } from './active-load.ts'
import { BodyCheck } from './body-check.ts'
import type { LoadCall, LoadOrigin } from './body-check.ts'
import { callSite } from './call-site.ts'
import type { CallSite } from './call-site.ts'
import { Deadline } from './deadline.ts'
import type { TestClock } from './deadline.ts'
import { debugLog } from './debug-log.ts'
import { durationNotices } from './duration-notice.ts'
import { withDoubts } from './doubts.ts'
import type { HostFacts } from './doubts.ts'
import { onInterruption } from './interruption.ts'
import { selfComparisonNotice } from './self-comparison.ts'
import { acquireMachineLock } from './machine-lock.ts'
import type { MachineLock } from './machine-lock.ts'
import type { PlanScope } from './plan-scope.ts'
import type { LoadContext, LoadOptions, StartOptions } from './port.ts'
import type { RecordBook } from './record-book.ts'
import { noticesForTest, unknownNotices } from './environment/notices.ts'
import { unlistedIn } from './unlisted-requests.ts'
import { announceLoad, isFirstToSay } from './spool.ts'
import type { SpooledLoad } from './spool.ts'

/** Time allowed for a test besides its traffic, if it sets no `timeout`: starting a target, and the test's code. */
const BASE_TIMEOUT_MS: Ms = 30_000
/** Time allowed for a run beyond its plan: starting and joining threads, closing connections. */
const RUN_GRACE_MS: Ms = 5_000

/** One attempt at one load test. */
export interface SessionOptions {
  /** The host's id of the test. */
  readonly id: string
  /** Full name, for records. */
  readonly test: string
  /** Absolute path of the test's file, if the host's reporter does not know it. */
  readonly file?: string
  readonly scope: PlanScope
  /** Where the test is declared. */
  readonly site: CallSite
  readonly book: RecordBook
  /** Aborted when the host ends the test. */
  readonly signal: AbortSignal
  /**
   * Timeout of the whole test, without the wait for other loads on this machine. Undefined: as long as its plans need;
   * 0: no timeout.
   */
  readonly timeoutMs: Ms | undefined
  /** The host's own timeout of the test, where it can be paused and extended. It replaces `timeoutMs`. */
  readonly clock?: TestClock
  readonly facts: HostFacts
  readonly onProgress: ((progress: Progress) => void) | undefined
  /** Number of assertions of any kind that the test has made so far; undefined if the host does not count them. */
  readonly countAssertions: (() => number) | undefined
  /** The host passes the test when it fails. */
  readonly expectsFailure: boolean
  readonly onWarning: (message: string) => void
  /** Reports why the test waits. */
  readonly onWait: (message: string) => void
}

/**
 * Runs the loads of one load test: one at a time on this machine, and within the test's timeout. Keeps the results so
 * far, however the test ends.
 */
export class LoadSession {
  readonly #options: SessionOptions
  readonly #over = new AbortController()
  readonly #clock: TestClock
  readonly #loads = new Set<ActiveLoad>()
  readonly #check: BodyCheck
  /** The locks of the running loads. */
  readonly #locks = new Set<MachineLock>()
  /** Ends the watch for a signal, which begins with the first load: between two loads, their results are at stake. */
  #unwatch: (() => void) | undefined
  /** Number of recorded loads by name. */
  readonly #named = new Map<string, number>()
  #allowedMs: Ms
  /** Length of all loads so far, as planned. */
  #plannedMs: Ms = 0
  #endedBecause = 'the test ended'

  constructor(options: SessionOptions) {
    this.#options = options
    this.#check = new BodyCheck(options)
    this.#allowedMs = allowedBy(options.timeoutMs)
    this.#clock = options.clock ?? new Deadline(this.#allowedMs, () => this.#cut(this.#timedOut()))
  }

  /**
   * Runs `body` within the test's timeout; then awaits the loads that it did not await, and ends the runs that it left.
   * Rejects when the time is up, with `ERR_LOAD_NOT_AWAITED` or with `ERR_LOAD_UNJUDGED`.
   */
  async within<Value>(body: (context: LoadContext) => Value | Promise<Value>): Promise<Value> {
    const { signal } = this.#options
    const cut = (): void => this.#cut(signal.reason)
    signal.throwIfAborted()
    signal.addEventListener('abort', cut, { once: true })
    const over = new Promise<never>((_, reject) => {
      this.#over.signal.addEventListener('abort', () => reject(this.#over.signal.reason), { once: true })
    })
    this.#clock.resume()
    try {
      return await Promise.race([this.#runBody(body), over])
    } finally {
      this.#clock.end()
      signal.removeEventListener('abort', cut)
      // First, so that a load that waits for the machine does not start when the previous ones stop.
      this.#over.abort(
        new LoadError('ERR_LOAD_TEST_OVER', 'the load test of this run has ended\n → await load(plan) inside the test'),
      )
      await Promise.all([...this.#loads].map((load) => load.stop(this.#endedBecause)))
      this.#unwatch?.()
      this.#options.book.close()
    }
  }

  async #runBody<Value>(body: (context: LoadContext) => Value | Promise<Value>): Promise<Value> {
    const value = await body(this.#context())
    await this.#check.atEndOfBody()
    return value
  }

  #context(): LoadContext {
    const load: LoadContext['load'] = (plan: WrittenPlan, options?: LoadOptions) => {
      const call = { site: callSite(load), call: formatLoadCall(plan) }
      const result = this.start(plan, call, options).then((run) => this.resultOf(run, call.site))
      return this.#check.expectAwait(result, call)
    }
    const startHere: LoadContext['startLoad'] = (plan: WrittenPlan, options?: StartOptions) =>
      this.start(plan, { site: callSite(startHere), call: formatLoadCall(plan, 'startLoad') }, options)
    return {
      signal: this.#over.signal,
      load,
      startLoad: startHere,
      conclude: (suite, findings, name) => this.#options.book.conclude(suite, findings, name),
    }
  }

  /** Starts a load of the test. Errors about the plan or the target point to the call. */
  async start(
    plan: WrittenPlan,
    { site, call }: LoadCall,
    { record: recorded = true, phase, part }: StartOptions = {},
  ): Promise<LoadRun> {
    const { scope, timeoutMs, facts } = this.#options
    const origin = this.#check.originOf(site, call)
    let lock: MachineLock | undefined
    try {
      // Validates the plan first, so that an invalid one fails without waiting for the machine.
      const environment = planEnvironment(this.#nameOf(phase, recorded))
      const written = scope.planOf(plan)
      this.#sayOnce(plan, written)
      // A function may start a server, which must not disturb another load.
      const early = callsForTarget(written) ? undefined : resolvePlan(written, vocabulary, environment)
      const held = await this.#waitForMachine()
      lock = held
      const compiled = early ?? resolvePlan(await this.#untilOver(callTargets(written)), vocabulary, environment)
      const { requestTimeoutMs, judge } = compiled
      const durationMs = clockDurationMs(compiled)
      this.#plannedMs += durationMs
      if (timeoutMs === undefined) {
        this.#extend(durationMs + requestTimeoutMs + startMs(compiled) + prepareMs(compiled) + RUN_GRACE_MS)
      }
      const run = startCompiled(compiled)
      this.#locks.add(held)
      this.#unwatch ??= this.#watchInterruption()
      const load = new ActiveLoad(run, {
        finish: (result) => withDoubts(result, facts),
        keep: recorded ? (result) => this.#keep(result, judge ? origin : undefined) : () => () => {},
        onProgress: recorded || phase !== undefined ? inPhase(this.#options, phase, part) : undefined,
        onResult: (result) => {
          this.#options.book.addUnlisted(unlistedIn(result, recorded))
          const notice = selfComparisonNotice(result)
          if (notice !== undefined) this.#options.onWarning(notice)
        },
        onOver: () => {
          held.release()
          this.#locks.delete(held)
          this.#loads.delete(load)
        },
      })
      this.#loads.add(load)
      return load.run
    } catch (error) {
      lock?.release()
      throw site.point(error)
    }
  }

  /** Awaits the result of a load. Errors about the target, or about wrong answers, point to the call. */
  async resultOf(run: LoadRun, site: CallSite): Promise<LoadResult> {
    try {
      const result = await run.result
      this.#check.requireAnswers(result)
      return result
    } catch (error) {
      throw site.point(error)
    }
  }

  /**
   * Returns the name of the next result: the test, and which of its loads this is. No two results have the same one.
   */
  #nameOf(phase: string | undefined, recorded: boolean): string {
    const { test } = this.#options
    const name = phase === undefined ? test : `${test} > ${phase}`
    const number = (this.#named.get(name) ?? 0) + 1
    if (recorded) this.#named.set(name, number)
    return number === 1 ? name : `${name} (${number})`
  }

  /** Says each thing once in a run, however many tests it concerns. */
  #sayOnce(plan: WrittenPlan, merged: WrittenPlan): void {
    const { scope, test, onWarning } = this.#options
    const notices = scope.isOfSuite ? [] : [...noticesForTest(test, plan, process.env), ...durationNotices(merged)]
    for (const { topic, text } of [...unknownNotices(process.env), ...notices]) {
      if (isFirstToSay(topic)) onWarning(text)
    }
  }

  /** Rejects when the test is over before the promise has settled. */
  #untilOver<Value>(promise: Promise<Value>): Promise<Value> {
    const { signal } = this.#over
    signal.throwIfAborted()
    const over = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    return Promise.race([promise, over])
  }

  /** Without an origin, the test does not have to judge the result. */
  #keep(result: LoadResult, origin: LoadOrigin | undefined): (better: LoadResult) => void {
    const replace = this.#options.book.addResult(result)
    if (origin !== undefined) this.#check.expectJudgement(result, origin)
    return replace
  }

  /** Waits outside the test's timeout. Loads of the same test wait for each other in the same way. */
  async #waitForMachine(): Promise<MachineLock> {
    const { test, onWait } = this.#options
    this.#clock.pause()
    try {
      return await acquireMachineLock(test, {
        signal: this.#over.signal,
        onWait: (holder) => onWait(formatWaiting(holder)),
      })
    } finally {
      this.#clock.resume()
    }
  }

  #extend(ms: Ms): void {
    this.#allowedMs += ms
    this.#clock.extend(ms)
  }

  #timedOut(): LoadError {
    const allowed = formatDuration(this.#allowedMs)
    return this.#options.site.point(
      new LoadError('ERR_LOAD_TEST_TIMEOUT', `load test timed out after ${allowed}\n    → ${this.#timeoutRemedy()}`),
    )
  }

  #timeoutRemedy(): string {
    const journeys = sum([...this.#loads].map(({ run }) => lateJourneys(run.metrics())))
    if (journeys > 0) {
      const [were, them] = journeys === 1 ? ['was', 'it'] : ['were', 'them']
      return `${formatPlural(journeys, 'journey')} ${were} still in progress after the end of the schedule: give ${them} more time with test: { timeout }, or shorten ${them}`
    }
    if (this.#options.timeoutMs === undefined) {
      return 'the test code took too long, or a run did not end: LOAD_LOG=debug shows where'
    }
    const reason = this.#plannedMs > this.#allowedMs ? `the load alone takes ${formatDuration(this.#plannedMs)}: ` : ''
    return `${reason}increase test: { timeout } or omit it, or shorten the load`
  }

  /** Adds the figures so far to the record before the host learns that the test is over. */
  #cut(reason: unknown): void {
    const because = reason instanceof Error ? (reason.message.split('\n')[0] ?? '') : String(reason)
    debugLog(`${this.#options.test}: ended early: ${because}`)
    this.#endedBecause = because
    for (const load of this.#loads) load.keepPartial(because)
    this.#options.book.endEarly(because)
    this.#over.abort(reason)
  }

  /** Writes the results so far when a signal ends the process. Returns a function that ends the watch. */
  #watchInterruption(): () => void {
    const withdraw = announceLoad(this.#options.id)
    const unwatch = onInterruption({
      interrupt: (signal) => this.#interrupted(signal),
      release: () => {
        for (const lock of this.#locks) lock.release()
      },
    })
    return () => {
      unwatch()
      withdraw()
    }
  }

  #interrupted(signal: NodeJS.Signals): SpooledLoad {
    const { id, test, file, book } = this.#options
    for (const load of this.#loads) load.keepPartial(`interrupted by ${signal}`)
    book.endEarly(`interrupted by ${signal}`)
    return { id, test, ...(file !== undefined && { file }), record: book.record }
  }
}

/** Returns how many journeys have started and not ended, once no more start. */
function lateJourneys({ journeys, drainMs }: LoadResult): Count {
  return drainMs === 0 ? 0 : (journeys?.batches.inFlight.at(-1) ?? 0)
}

/** The name of a load in its test is more specific than a phase of its pattern, and may have one. */
function inPhase(
  { onProgress, test }: Pick<SessionOptions, 'onProgress' | 'test'>,
  load: string | undefined,
  part: LoadPart | undefined,
): SessionOptions['onProgress'] {
  if (onProgress === undefined || load === undefined) return onProgress
  return (progress) =>
    onProgress({
      ...progress,
      name: test,
      phase: progress.phase === null ? load : `${load}, ${progress.phase}`,
      ...(part !== undefined && { part }),
    })
}

/** Infinity means no limit, and so do the values that hosts use for it: 0 or less. */
function allowedBy(timeoutMs: Ms | undefined): Ms {
  if (timeoutMs === undefined) return BASE_TIMEOUT_MS
  return timeoutMs > 0 ? timeoutMs : Number.POSITIVE_INFINITY
}

/** Maximum time to prepare the code of a ref. */
function prepareMs({ comparison }: CompiledPlan): Ms {
  return comparison !== undefined && isRef(comparison.against) ? prepareTimeoutMs(comparison.against) : 0
}

/** Maximum time to start servers over pipes: once to negotiate, and once to open the connections of the run. */
function startMs({ lanes }: CompiledPlan): Ms {
  return 2 * Math.max(0, ...lanes.map(({ target }) => (isStdio(target) ? startTimeoutMs(target) : 0)))
}
