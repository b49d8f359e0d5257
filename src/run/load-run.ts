import { randomBytes } from 'node:crypto'
import { Collector } from '../measure/collector.ts'
import { readResources, type Resources, type TargetWatch } from '../measure/monitor/index.ts'
import { type LoadError, LoadInternalError } from '../model/errors.ts'
import { loadHdrCodec } from '../model/hdr-codec.ts'
import type { ResolvedPlan } from '../plan/resolved-plan.ts'
import { realTime } from '../model/real-time.ts'
import type { Ended, Interval, LoadResult } from '../model/result.ts'
import type { Ms } from '../model/units.ts'
import { within } from '../model/within.ts'
import { monotonicMs } from '../traffic/clock.ts'
import type { LoadedFeed } from '../traffic/feeds/index.ts'
import { abortReason } from './outcome/abort.ts'
import { loadCode } from './user-modules.ts'
import { loadFeeds } from './feed-files.ts'
import { type GeneratorHandle, generatorsFor } from './generator/fleet.ts'
import { latencyLimits } from './generator/generator.ts'
import { arrivalsIn } from './generator/arrival-times.ts'
import { IntervalStream } from './outcome/interval-stream.ts'
import { jobsFor } from './generator/job.ts'
import type { FromGenerator, GeneratorState, Unreachable } from './generator/messages.ts'
import { watchMetricsPage } from './target/metrics-page.ts'
import { type Placement, placementOf } from './generator/placement.ts'
import { RequestMaker } from './generator/lane/request-maker.ts'
import { connectResourceError, resourceError } from './generator/resource-errors.ts'
import { checkResources } from './generator/resources.ts'
import { buildResult } from './outcome/result.ts'
import { revive } from './generator/revive.ts'
import { RunTraces } from './outcome/run-traces.ts'
import { closeAll, openSessions, type TargetSession, urlsOf } from './target/target-connection.ts'
import { unusable } from './target/check-target.ts'
import { holdTemplates } from './generator/lane/templates.ts'
import { transportsOf } from './generator/warm-up/transports.ts'
import { Watch } from './outcome/watch.ts'

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

/** Maximum time for a generator to end after it received 'stop'. */
const STOP_GRACE_MS = 700
/** Maximum time to wait until the generators have closed their connections. The generators' limit is shorter. */
const CLOSE_GRACE_MS = 3_000
/** Time between 'start' and the first arrival, in which every thread receives the message and sets its timer. */
const LEAD_MS = 30

/** Combines target, generators, collector and monitor for one run. */
export class Run implements LoadRun {
  readonly generatorId: string = randomBytes(6).toString('hex')
  readonly result: Promise<LoadResult>
  readonly #plan: ResolvedPlan
  readonly #placement: Placement
  readonly #resources: Resources = readResources()
  readonly #requests: RequestMaker
  readonly #collector: Collector
  readonly #intervals = new IntervalStream()
  readonly #states: (GeneratorState | undefined)[]
  readonly #done = Promise.withResolvers<void>()
  readonly #stopAsked = Promise.withResolvers<void>()
  readonly #verbose = process.env['LOAD_LOG'] === 'debug'
  #sessions: readonly TargetSession[] = []
  #feeds: Readonly<Record<string, LoadedFeed>> = {}
  #metrics: TargetWatch | undefined
  #watch: Watch | undefined
  readonly #traces: RunTraces | undefined
  #generators: readonly GeneratorHandle[] = []
  #unready: number
  #unended: number
  #unclosed: number
  readonly #closed = Promise.withResolvers<void>()
  readonly #ready = Promise.withResolvers<void>()
  #startMs: Ms = Number.NaN
  /** Start of the measured part in ms since 1970. */
  #startedMs: Ms = realTime.wallNow()
  #endMs: Ms = 0
  #ended: Ended = 'running'
  #endedBecause: string | undefined

  constructor(plan: ResolvedPlan) {
    this.#plan = plan
    this.#placement = placementOf(plan)
    const { threads, inlineBecause } = this.#placement
    this.#requests = new RequestMaker(plan, inlineBecause !== undefined)
    this.#collector = new Collector(threads, latencyLimits(plan))
    const { tracing } = plan
    if (tracing !== 'off') this.#traces = new RunTraces(tracing, this.generatorId, () => this.#startedMs)
    this.#states = Array.from({ length: threads }, () => undefined)
    this.#unready = threads
    this.#unended = threads
    this.#unclosed = threads
    // These may reject before anything waits for them.
    this.#ready.promise.catch(() => {})
    this.#done.promise.catch(() => {})
    this.result = this.#run()
    // Callers that only iterate or stop must not get an unhandled rejection of a promise that they do not use.
    this.result.catch(() => {})
  }

  metrics(): LoadResult {
    const states = this.#states.filter((state) => state !== undefined)
    return buildResult({
      generatorId: this.generatorId,
      plan: this.#plan,
      placement: this.#placement,
      collector: this.#collector,
      states,
      startedAt: new Date(this.#startedMs),
      elapsedMs: this.#ended === 'running' ? this.#elapsedMs() : this.#endMs,
      ended: this.#ended,
      endedBecause: this.#endedBecause,
      sessions: this.#sessions,
      target: this.#watch?.figures() ?? {
        url: urlsOf(this.#sessions),
        pids: [],
        samples: [],
        unwatched: 'not started',
      },
      slowest: this.#traces?.slowest ?? [],
      tracing: this.#traces?.report ?? { mode: 'off', to: null, exported: 0, lost: 0 },
      doubts: this.#watch?.doubts(states) ?? [],
    })
  }

  stop(because = 'stopped'): Promise<LoadResult> {
    this.#end('interrupted', because)
    return this.result
  }

  [Symbol.asyncIterator](): AsyncIterator<Interval> {
    return this.#intervals.iterate()
  }

  async #run(): Promise<LoadResult> {
    try {
      checkResources(this.#plan, this.#placement, this.#resources)
      this.#generators = generatorsFor(this.#placement, transportsOf(this.#plan))
      // While the threads start and warm up.
      loadHdrCodec()
      await this.#open()
      await this.#generate()
      await this.#traces?.close(this.metrics())
      return this.metrics()
    } finally {
      if (this.#ended === 'completed') await within(CLOSE_GRACE_MS, this.#closed.promise)
      // The next run must not start its threads while these end.
      await Promise.all(this.#generators.map((generator) => generator.end()))
      this.#watch?.stop()
      this.#intervals.end()
      const closing = closeAll(this.#sessions)
      // A stopped run returns its result without waiting for the target to exit.
      if (this.#ended === 'completed') await closing
      else closing.catch((error: unknown) => this.#log(`the target did not end: ${String(error)}`))
    }
  }

  /** Leaves the sessions empty if the run was stopped before its targets were ready. */
  async #open(): Promise<void> {
    this.#feeds = await loadFeeds(this.#plan.feeds, () => arrivalsIn(this.#plan))
    holdTemplates(this.#plan, this.#feeds)
    // In this thread, an error keeps its cause; it would lose it when it crosses threads.
    await loadCode(this.#plan)
    this.#metrics = await watchMetricsPage(this.#plan)
    const abort = new AbortController()
    const opening = openSessions(this.#plan, (text) => this.#log(text), abort.signal)
    const sessions = await Promise.race([opening, this.#stopAsked.promise])
    if (sessions === undefined) {
      abort.abort()
      void opening.then(closeAll).catch(() => {})
    } else this.#sessions = sessions
  }

  async #generate(): Promise<void> {
    if (this.#ended !== 'running') return
    const traceparent = this.#traces?.traceparent
    const job = jobsFor(this.#plan, this.#placement, this.#resources, this.#sessions, this.#feeds, {
      traceparent,
      verbose: this.#verbose,
    })
    for (const [thread, generator] of this.#generators.entries()) {
      generator.begin(job(thread), (message) => this.#hear(thread, message))
    }
    // Finding the target's processes takes some time, during which the generators start.
    this.#watch = Watch.start(this.#plan, this.#sessions, this.#placement, this.#resources, this.#metrics)
    await Promise.race([this.#ready.promise, this.#stopAsked.promise])
    if (this.#ended !== 'running') return
    const untilStartMs = LEAD_MS + this.#plan.warmUpMs
    this.#startMs = monotonicMs() + untilStartMs
    this.#startedMs = realTime.wallNow() + untilStartMs
    for (const generator of this.#generators) generator.tell({ type: 'start', startMs: this.#startMs })
    this.#watch?.measureFrom(this.#startMs)
    await Promise.race([this.#done.promise, this.#stopAsked.promise.then(() => this.#stopGenerators())])
    if (this.#ended === 'running') this.#ended = 'completed'
    else this.#endMs = this.#elapsedMs()
  }

  /** Time since the start of the measured part; 0 before it. */
  #elapsedMs(): Ms {
    return Number.isNaN(this.#startMs) ? 0 : Math.max(0, monotonicMs() - this.#startMs)
  }

  #hear(thread: number, message: FromGenerator): void {
    switch (message.type) {
      case 'ready':
        if (--this.#unready === 0) this.#ready.resolve()
        break
      case 'unreachable':
        this.#ready.reject(this.#unusable(message))
        break
      case 'ask':
        this.#make(thread, message.first, message.count)
        break
      case 'slices':
        this.#states[thread] = message.state
        this.#tell(this.#collector.add(thread, message.slices))
        break
      case 'sampled':
        this.#traces?.sampled(message.sampled, () => this.metrics())
        break
      case 'ended':
        this.#states[thread] = message.state
        this.#endMs = Math.max(this.#endMs, message.atMs)
        this.#traces?.keep(message.traces)
        this.#tell([...this.#collector.add(thread, message.slices), ...this.#collector.end(thread)])
        if (--this.#unended === 0) this.#done.resolve()
        break
      case 'closed':
        if (--this.#unclosed === 0) this.#closed.resolve()
        break
      case 'process':
        this.#watch?.follow(message.pid)
        break
      case 'log':
        this.#log(`thread ${thread}  ${message.text}`)
        break
      case 'fault':
        this.#broken(message.error)
        break
      case 'own-fault':
        this.#fail(revive(message))
        break
    }
  }

  #unusable({ lane, errorClass, message }: Unreachable): LoadError {
    const url = this.#sessions[lane]?.url ?? new URL('http://unknown')
    const why = new Error(message)
    return connectResourceError(errorClass, why) ?? unusable(url, why, this.#plan.setup !== undefined)
  }

  /** Calls the user's request function. An error that it throws ends the run. */
  #make(thread: number, first: number, count: number): void {
    try {
      const [session] = this.#sessions
      if (session === undefined) return
      const requests = this.#requests.make(
        { first, count, step: this.#placement.threads },
        session.protocol,
        this.#feeds,
      )
      this.#generators[thread]?.tell({ type: 'requests', first, requests })
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #tell(intervals: readonly Interval[]): void {
    for (const interval of intervals) this.#intervals.push(interval)
    if (intervals.length === 0 || this.#ended !== 'running') return
    const reason = abortReason(this.#plan, this.#collector.coveredMs, () => this.metrics())
    if (reason !== undefined) this.#end('aborted', reason)
  }

  #end(ended: 'aborted' | 'interrupted', because: string): void {
    if (this.#ended !== 'running') return
    this.#ended = ended
    this.#endedBecause = because
    this.#endMs = this.#elapsedMs()
    this.#log(`${ended}: ${because}`)
    this.#stopAsked.resolve()
  }

  async #stopGenerators(): Promise<void> {
    for (const generator of this.#generators) generator.tell({ type: 'stop' })
    await within(STOP_GRACE_MS, this.#done.promise)
  }

  /** Worker threads run only the generator's code, so an error there is internal. Inline, it may come from user code. */
  #broken(error: unknown): void {
    const told = error instanceof Error ? error : new Error(String(error))
    const own = this.#placement.inlineBecause === undefined && !(told instanceof LoadInternalError)
    const internal = (): Error => resourceError(told) ?? new LoadInternalError(told.message, { cause: told })
    this.#fail(own ? internal() : told)
  }

  #fail(error: Error): void {
    this.#ready.reject(error)
    this.#done.reject(error)
  }

  #log(text: string): void {
    if (this.#verbose) process.stderr.write(`[load ${this.#plan.name}] ${text}\n`)
  }
}
