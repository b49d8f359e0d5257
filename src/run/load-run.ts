import { randomBytes } from 'node:crypto'
import type { BlockResult } from '../measure/block-tallies.ts'
import { readResources, type Resources } from '../measure/monitor/index.ts'
import { arrivalsIn, type CompiledPlan, warmUpLeadMs } from '../plan/compiled-plan.ts'
import type { Interval } from '../model/figures.ts'
import type { LoadResult } from '../model/result.ts'
import type { Ms } from '../model/units.ts'
import { monotonicMs } from '../traffic/clock.ts'
import { formatDuration } from '../wording/figures.ts'
import { loadFeeds } from './feed-files.ts'
import { type FleetJob, GeneratorFleet } from './generator/fleet.ts'
import { checkTemplates } from './generator/lane/templates.ts'
import { type Placement, placementOf } from './generator/placement.ts'
import { checkResources } from './generator/resources.ts'
import { RunLifetime } from './outcome/lifetime.ts'
import { RunOutcome } from './outcome/outcome.ts'
import { watchMetricsPage } from './outcome/watch.ts'
import { RunLog } from './run-log.ts'
import { closeTargets, connectTargets, type TargetConnection } from './target/target-connection.ts'
import { loadUserCode } from './user-modules.ts'

/** A run in progress. */
export interface LoadRun extends AsyncIterable<Interval> {
  readonly generatorId: string
  /** Returns the LoadResult so far, with `ended: 'running'` during the run. */
  metrics(): LoadResult
  /** Ends the run within a second. The result contains the figures up to then, with `ended: 'interrupted'`. */
  stop(because?: string): Promise<LoadResult>
  /** Rejects with `LoadTargetError` if the target is unusable; never because of a failed request. */
  readonly result: Promise<LoadResult>
}

/**
 * Waits until the run may start; returns a function that is called once, when the run is over. The signal aborts if the
 * run is stopped first.
 */
export type Admission = (signal: AbortSignal) => Promise<() => void>

/**
 * Called when a run is ready; returns the start of its measured part on the machine's monotonic clock, at least `leadMs`
 * from now.
 */
export type StartTime = (leadMs: Ms) => Ms | Promise<Ms>

const startAfter: StartTime = (leadMs) => monotonicMs() + leadMs

/** What a run shares with others. */
export interface RunCompany {
  readonly admission?: Admission | undefined
  readonly startTime?: StartTime
  /** CPU that the target of a run at the same time uses, in cores: it is not a disturbance. */
  readonly besideCores?: () => number
}

/** Runs of this thread that have not ended, by their generator id. */
const running = new Map<string, LoadRun>()

/**
 * Returns the figures so far of a running generator: its LoadResult with `ended: 'running'`, as `LoadRun.metrics()`
 * does. Undefined once the run has ended, and for an id that no run of this thread has. A call adds up the figures of
 * the whole run; generators report each second.
 */
export function metricsOf(generatorId: string): LoadResult | undefined {
  return running.get(generatorId)?.metrics()
}

/** Time between 'start' and the first arrival, in which every thread receives the message and sets its timer. */
const LEAD_MS = 30

/** Time in which every generator thread learns that the run ends early. */
const END_LEAD_MS: Ms = 200
/** A run that ends early ends with a full interval. */
const END_STEP_MS: Ms = 1_000

/** Runs a plan: its generators send traffic to its targets, and its outcome collects what they measure. */
export class Run implements LoadRun {
  readonly generatorId: string = randomBytes(6).toString('hex')
  readonly result: Promise<LoadResult>
  readonly #plan: CompiledPlan
  readonly #placement: Placement
  #resources: Resources = readResources()
  readonly #lifetime: RunLifetime
  readonly #outcome: RunOutcome
  readonly #log: RunLog
  readonly #admission: Admission | undefined
  readonly #startTime: StartTime
  #fleet: GeneratorFleet | undefined
  #targets: readonly TargetConnection[] = []

  constructor(plan: CompiledPlan, { admission, startTime = startAfter, besideCores }: RunCompany = {}) {
    this.#plan = plan
    this.#admission = admission
    this.#startTime = startTime
    this.#placement = placementOf(plan)
    this.#log = new RunLog(plan.name)
    this.#lifetime = new RunLifetime(this.#log.write)
    this.#outcome = new RunOutcome(this.generatorId, plan, this.#placement, this.#lifetime, besideCores)
    running.set(this.generatorId, this)
    this.result = this.#run()
    // Callers that only iterate or stop must not get an unhandled rejection of a promise that they do not use.
    this.result.catch(() => {})
  }

  metrics(): LoadResult {
    return this.#outcome.result()
  }

  stop(because = 'stopped'): Promise<LoadResult> {
    this.#lifetime.stop('interrupted', because)
    return this.result
  }

  /** Ends the schedule at `atMs` on the run's clock, earlier than planned; the run then completes. */
  endAt(atMs: Ms): void {
    this.#outcome.endAt(atMs)
    this.#fleet?.endAt(atMs)
  }

  /** The processes of the target on this machine that are known now. */
  get pids(): readonly number[] {
    return this.#outcome.pids
  }

  /** Time that every generator has reported, on the axis of the result. */
  get coveredMs(): Ms {
    return this.#outcome.coveredMs
  }

  /** CPU that the target on this machine has used on average, in cores; 0 if it is not watched. */
  get targetCores(): number {
    return this.#outcome.targetCores
  }

  /** Returns the figures of a block so far; undefined if there are none. */
  block(index: number): BlockResult | undefined {
    return this.#outcome.block(index)
  }

  /** Whether all requests of a block that were reported as due have ended. */
  isBlockComplete(index: number): boolean {
    return this.#outcome.isBlockComplete(index)
  }

  [Symbol.asyncIterator](): AsyncIterator<Interval> {
    return this.#outcome.intervals.iterate()
  }

  async #run(): Promise<LoadResult> {
    let leave = (): void => {}
    try {
      leave = await this.#enter()
      checkResources(this.#plan, this.#placement, this.#resources)
      this.#fleet = new GeneratorFleet(this.#plan, this.#placement, this.#outcome, this.#log.write)
      const job = await this.#prepare()
      if (this.#lifetime.isRunning) await this.#generate(this.#fleet, job)
      return await this.#outcome.finish()
    } finally {
      running.delete(this.generatorId)
      await this.#close()
      leave()
    }
  }

  async #enter(): Promise<() => void> {
    if (this.#admission === undefined) return () => {}
    const stop = new AbortController()
    void this.#lifetime.stopped.then(() => stop.abort())
    try {
      const leave = await this.#admission(stop.signal)
      this.#resources = readResources()
      return leave
    } catch (error) {
      if (this.#lifetime.isRunning) throw error
      return () => {}
    }
  }

  /** Reads what the plan refers to and connects its targets, while the generators warm up. */
  async #prepare(): Promise<FleetJob> {
    const feeds = await loadFeeds(this.#plan.feeds, () => arrivalsIn(this.#plan))
    checkTemplates(this.#plan, feeds)
    // In this thread, an error keeps its cause; it would lose it when it crosses threads.
    await loadUserCode(this.#plan)
    const metrics = await watchMetricsPage(this.#plan)
    this.#targets = await connectTargets(this.#plan, this.#log.write, this.#lifetime.stopped)
    this.#log.connected(this.#targets, this.#placement)
    this.#outcome.connected(this.#targets, metrics)
    const { traceparent } = this.#outcome
    return { targets: this.#targets, feeds, resources: this.#resources, traceparent, verbose: this.#log.isVerbose }
  }

  async #generate(fleet: GeneratorFleet, job: FleetJob): Promise<void> {
    const { stopped } = this.#lifetime
    fleet.begin(job)
    // Finding the target's processes takes some time, during which the generators open their connections.
    this.#outcome.watch(this.#resources, (pids) => fleet.watch(pids))
    await Promise.race([fleet.ready.then(() => this.#outcome.readBeforeLoad()), stopped])
    if (!this.#lifetime.isRunning) return
    const { warmUpMs, curve } = this.#plan
    if (warmUpMs > 0) this.#log.write(`warm-up for ${formatDuration(warmUpMs)}`)
    void this.#log.follow(this, curve?.phases ?? [])
    const startMs = await Promise.race([this.#startTime(LEAD_MS + warmUpLeadMs(this.#plan)), stopped])
    if (startMs === undefined || !this.#lifetime.isRunning) return
    this.#lifetime.startAt(startMs)
    fleet.start(startMs)
    this.#outcome.measureFrom(startMs)
    void this.#outcome.decided.then(() => this.#endSoon())
    await Promise.race([fleet.ended, stopped.then(() => fleet.stop())])
    this.#lifetime.complete()
  }

  #endSoon(): void {
    const atMs = Math.ceil((this.#lifetime.elapsedMs + END_LEAD_MS) / END_STEP_MS) * END_STEP_MS
    if (this.#lifetime.isRunning && atMs < this.#plan.durationMs) this.endAt(atMs)
  }

  async #close(): Promise<void> {
    const isComplete = this.#lifetime.ended === 'completed'
    if (isComplete) await this.#fleet?.closed()
    // The next run must not start its threads while these end.
    await this.#fleet?.end()
    this.#outcome.close()
    const closing = closeTargets(this.#targets)
    // A stopped run returns its result without waiting for the target to exit.
    if (isComplete) await closing
    else closing.catch((error: unknown) => this.#log.write(`the target did not end: ${String(error)}`))
  }
}
