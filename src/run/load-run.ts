import { randomBytes } from 'node:crypto'
import { readResources, type Resources } from '../measure/monitor/index.ts'
import { loadHdrCodec } from '../model/hdr-codec.ts'
import { arrivalsIn, type CompiledPlan } from '../plan/compiled-plan.ts'
import type { Interval, LoadResult } from '../model/result.ts'
import { loadFeeds } from './feed-files.ts'
import { type FleetJob, GeneratorFleet } from './generator/fleet.ts'
import { checkTemplates } from './generator/lane/templates.ts'
import { type Placement, placementOf } from './generator/placement.ts'
import { checkResources } from './generator/resources.ts'
import { RunLifetime } from './outcome/lifetime.ts'
import { RunOutcome } from './outcome/outcome.ts'
import { watchMetricsPage } from './outcome/watch.ts'
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

/** Time between 'start' and the first arrival, in which every thread receives the message and sets its timer. */
const LEAD_MS = 30

/** Runs a plan: its generators send traffic to its targets, and its outcome collects what they measure. */
export class Run implements LoadRun {
  readonly generatorId: string = randomBytes(6).toString('hex')
  readonly result: Promise<LoadResult>
  readonly #plan: CompiledPlan
  readonly #placement: Placement
  readonly #resources: Resources = readResources()
  readonly #lifetime: RunLifetime
  readonly #outcome: RunOutcome
  readonly #verbose = process.env['LOAD_LOG'] === 'debug'
  #fleet: GeneratorFleet | undefined
  #targets: readonly TargetConnection[] = []

  constructor(plan: CompiledPlan) {
    this.#plan = plan
    this.#placement = placementOf(plan)
    this.#lifetime = new RunLifetime((text) => this.#log(text))
    this.#outcome = new RunOutcome(this.generatorId, plan, this.#placement, this.#lifetime)
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

  [Symbol.asyncIterator](): AsyncIterator<Interval> {
    return this.#outcome.intervals.iterate()
  }

  async #run(): Promise<LoadResult> {
    try {
      checkResources(this.#plan, this.#placement, this.#resources)
      const fleet = new GeneratorFleet(this.#plan, this.#placement, this.#outcome, (text) => this.#log(text))
      this.#fleet = fleet
      // While the threads start and warm up.
      loadHdrCodec()
      const feeds = await loadFeeds(this.#plan.feeds, () => arrivalsIn(this.#plan))
      checkTemplates(this.#plan, feeds)
      // In this thread, an error keeps its cause; it would lose it when it crosses threads.
      await loadUserCode(this.#plan)
      const metrics = await watchMetricsPage(this.#plan)
      this.#targets = await connectTargets(this.#plan, (text) => this.#log(text), this.#lifetime.stopped)
      this.#outcome.connected(this.#targets)
      if (this.#lifetime.isRunning) {
        fleet.begin(this.#jobWith(feeds))
        // Finding the target's processes takes some time, during which the generators open their connections.
        this.#outcome.watch(this.#resources, metrics)
        await this.#generate(fleet)
      }
      return await this.#outcome.finish()
    } finally {
      await this.#close()
    }
  }

  #jobWith(feeds: FleetJob['feeds']): FleetJob {
    return {
      targets: this.#targets,
      feeds,
      resources: this.#resources,
      traceparent: this.#outcome.traceparent,
      verbose: this.#verbose,
    }
  }

  async #generate(fleet: GeneratorFleet): Promise<void> {
    const { stopped } = this.#lifetime
    await Promise.race([fleet.ready, stopped])
    if (!this.#lifetime.isRunning) return
    const startMs = this.#lifetime.startIn(LEAD_MS + this.#plan.warmUpMs)
    fleet.start(startMs)
    this.#outcome.measureFrom(startMs)
    await Promise.race([fleet.ended, stopped.then(() => fleet.stop())])
    this.#lifetime.complete()
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
    else closing.catch((error: unknown) => this.#log(`the target did not end: ${String(error)}`))
  }

  #log(text: string): void {
    if (this.#verbose) process.stderr.write(`[load ${this.#plan.name}] ${text}\n`)
  }
}
