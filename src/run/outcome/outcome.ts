import { abortVerdicts, isServiceLevelDecided } from '../../judge/verdict/service-level.ts'
import { Collector } from '../../measure/collector.ts'
import type { Resources, TargetWatch } from '../../measure/monitor/index.ts'
import type { BlockResult } from '../../measure/block-tallies.ts'
import type { SliceDelta } from '../../measure/recorder.ts'
import { latencyLimits } from '../../measure/tally.ts'
import type { KeptTraces, SampledTraces } from '../../measure/tracing/tracer.ts'
import { type CompiledPlan, warmUpLeadMs } from '../../plan/compiled-plan.ts'
import { type Blocks, toClock, toOwn } from '../../model/blocks.ts'
import type { Interval } from '../../model/figures.ts'
import type { LoadResult } from '../../model/result.ts'
import type { SlowRequest, Traceparent } from '../../model/trace.ts'
import type { Ms } from '../../model/units.ts'
import { withTls } from '../../wording/connect-mistakes.ts'
import { doubt } from '../../wording/doubts.ts'
import type { Doubt } from '../../model/doubt.ts'
import type { ThreadLoss } from '../generator/fleet.ts'
import type { GeneratorState } from '../generator/messages.ts'
import type { Placement } from '../generator/placement.ts'
import { speaksTls } from '../target/speaks-tls.ts'
import { type TargetConnection, urlsOf } from '../target/target-connection.ts'
import { IntervalStream } from './interval-stream.ts'
import type { RunLifetime } from './lifetime.ts'
import { bulkOf } from '../generator/lane/bulk.ts'
import { arrivalsAfter } from './arrivals-after.ts'
import { buildResult } from './result.ts'
import { RunTraces } from './run-traces.ts'
import { Watch } from './watch.ts'

/** What a run measured: collects the reports of its generators, watches its targets, and builds its LoadResult. */
export class RunOutcome {
  readonly intervals: IntervalStream = new IntervalStream()
  readonly #generatorId: string
  #plan: CompiledPlan
  readonly #placement: Placement
  readonly #lifetime: RunLifetime
  readonly #besideCores: () => number
  readonly #collector: Collector
  readonly #traces: RunTraces | undefined
  readonly #states: (GeneratorState | undefined)[]
  #targets: readonly TargetConnection[] = []
  #metrics: TargetWatch | undefined
  #userFailure: Doubt | undefined
  #silence: readonly Doubt[] = []
  #watch: Watch | undefined
  /** Planned times at which the limits have not been checked yet. */
  #looksMs: readonly Ms[]
  readonly #decided = Promise.withResolvers<void>()

  constructor(
    generatorId: string,
    plan: CompiledPlan,
    placement: Placement,
    lifetime: RunLifetime,
    besideCores: () => number = () => 0,
  ) {
    this.#besideCores = besideCores
    this.#generatorId = generatorId
    this.#plan = plan
    this.#placement = placement
    this.#lifetime = lifetime
    this.#collector = new Collector(placement.threads, latencyLimits(plan.sla), plan.durationMs, plan.blocks)
    this.#states = Array.from({ length: placement.threads }, () => undefined)
    // The blocks of a comparison determine its looks.
    this.#looksMs = plan.blocks === undefined ? (plan.looks?.atMs ?? []) : []
    const { tracing } = plan
    if (tracing !== 'off') this.#traces = new RunTraces(tracing, generatorId, () => lifetime.startedAtMs)
  }

  /** Resolves when every limit of the plan is decided before its longest duration; otherwise never. */
  get decided(): Promise<void> {
    return this.#decided.promise
  }

  get #isBulk(): boolean {
    const [target] = this.#targets
    return bulkOf(this.#plan, target?.protocol, target?.negotiated) !== undefined
  }

  /** Context of the run's traces; undefined if nothing is traced. */
  get traceparent(): Traceparent | undefined {
    return this.#traces?.traceparent
  }

  /**
   * The targets are connected. They are empty if the run was stopped before. `metrics` watches the metrics page of the
   * plan, if it names one.
   */
  connected(targets: readonly TargetConnection[], metrics: TargetWatch | undefined): void {
    this.#targets = targets
    this.#metrics = metrics
  }

  /**
   * Starts to watch the targets and this machine. `resources` are those before the run; `onProcesses` receives the
   * processes of a target on this machine.
   */
  watch(resources: Resources, onProcesses: (pids: readonly number[]) => void): void {
    this.#watch = Watch.start(this.#plan, this.#targets, this.#placement, resources, this.#metrics, onProcesses)
  }

  /** The processes of the target on this machine that are known now. */
  get pids(): readonly number[] {
    return this.#watch?.pids ?? []
  }

  /** Time that every generator has reported, on the axis of the result. */
  get coveredMs(): Ms {
    return this.#collector.coveredMs
  }

  /** CPU that the target on this machine has used on average, in cores; 0 if it is not watched. */
  get targetCores(): number {
    return this.#watch?.targetCores ?? 0
  }

  /** Returns the figures of a block so far; undefined if there are none. */
  block(index: number): BlockResult | undefined {
    return this.#collector.block(index)
  }

  /** Whether all requests of a block that were reported as due have ended. */
  isBlockComplete(index: number): boolean {
    return this.#collector.isBlockComplete(index)
  }

  /** Ends the measured part at `atMs` on the run's clock, earlier than planned. */
  endAt(atMs: Ms): void {
    const { blocks } = this.#plan
    const durationMs = blocks === undefined ? atMs : toOwn(blocks, atMs)
    this.#plan = { ...this.#plan, durationMs }
    this.#collector.endAt(durationMs)
  }

  get #clockEndMs(): Ms {
    const { blocks, durationMs } = this.#plan
    return blocks === undefined ? durationMs : toClock(blocks, durationMs)
  }

  async readBeforeLoad(): Promise<void> {
    await this.#watch?.readBeforeLoad()
  }

  measureFrom(startMs: Ms): void {
    this.#watch?.measureFrom(startMs)
  }

  /** Adds a process of the target that a connection has started. */
  follow(pid: number): void {
    this.#watch?.follow(pid)
  }

  add(thread: number, slices: readonly SliceDelta[], state: GeneratorState): void {
    this.#states[thread] = state
    this.#publish(this.#collector.add(thread, slices))
  }

  addSampled(sampled: SampledTraces): void {
    this.#traces?.sampled(sampled, () => this.result())
  }

  /** Adds the last report of a thread, whose last request ended at `atMs`. */
  addLast(
    thread: number,
    slices: readonly SliceDelta[],
    state: GeneratorState,
    { atMs, traces }: { readonly atMs: Ms; readonly traces: KeptTraces },
  ): void {
    this.#states[thread] = state
    this.#lifetime.extendTo(atMs)
    this.#traces?.keep(traces)
    const untilMs = this.#lifetime.isRunning ? Math.max(atMs, this.#clockEndMs) : atMs
    this.#publish([...this.#collector.add(thread, slices), ...this.#collector.end(thread, untilMs)])
  }

  /** Adds the outcomes of a thread that ended without its last report. */
  addLost(thread: number, loss: ThreadLoss): void {
    const atMs = this.#lifetime.elapsedMs
    const share = { thread, threads: this.#placement.threads }
    this.#publish(
      this.#collector.lose(thread, loss, atMs, (reported) =>
        arrivalsAfter(this.#plan, share, reported, atMs, this.#isBulk),
      ),
    )
  }

  /** Ends the run early. */
  interrupt(message: string, byUserCode: boolean): void {
    if (byUserCode) this.#userFailure ??= doubt({ code: 'user-code-failed', reason: message })
    this.#lifetime.stop('interrupted', message)
  }

  /** Returns the LoadResult so far. */
  result(): LoadResult {
    const states = this.#states.filter((state) => state !== undefined)
    return buildResult({
      generatorId: this.#generatorId,
      plan: this.#plan,
      placement: this.#placement,
      collector: this.#collector,
      states,
      startedAt: new Date(this.#lifetime.startedAtMs),
      elapsedMs: this.#elapsedMs,
      ended: this.#lifetime.ended,
      endedBecause: this.#lifetime.endedBecause,
      targets: this.#targets,
      target: this.#watch?.figures() ?? {
        url: urlsOf(this.#targets),
        pids: [],
        samples: [],
        unwatched: 'not started',
      },
      slowest: (this.#traces?.slowest ?? []).map((request) => onOwnTime(request, this.#plan.blocks)),
      tracing: this.#traces?.report ?? { mode: 'off', to: null, exported: 0, lost: 0 },
      doubts: [
        ...(this.#userFailure === undefined ? [] : [this.#userFailure]),
        ...this.#silence,
        ...(this.#watch?.doubts(states, this.#besideCores()) ?? []),
      ],
    })
  }

  /** Length of the measured part so far, on the axis of the result. */
  get #elapsedMs(): Ms {
    const { blocks } = this.#plan
    const { elapsedMs } = this.#lifetime
    if (blocks === undefined) return elapsedMs
    // After the last block, the run waits for its last responses.
    return toOwn(blocks, Math.min(elapsedMs, this.#clockEndMs)) + Math.max(0, elapsedMs - this.#clockEndMs)
  }

  /** Exports the traces of the run, then returns its result, which says how many were exported. */
  async finish(): Promise<LoadResult> {
    // A sample during the export is not one of the run.
    if (this.#lifetime.ended === 'completed') await this.#watch?.sampleRest()
    else this.#watch?.endSamples()
    const result = this.result()
    this.#silence = await silenceDoubts(result, this.#targets)
    // Building a result takes some milliseconds, which short runs would notice.
    if (this.#traces === undefined && this.#silence.length === 0) return result
    await this.#traces?.close(this.result(), {
      leadMs: warmUpLeadMs(this.#plan),
      elapsedMs: this.#lifetime.elapsedMs,
    })
    return this.result()
  }

  close(): void {
    this.#watch?.stop()
    this.intervals.end()
  }

  #publish(intervals: readonly Interval[]): void {
    for (const interval of intervals) this.intervals.push(interval)
    if (intervals.length === 0 || !this.#lifetime.isRunning) return
    const reason = this.#abortReason()
    if (reason !== undefined) this.#lifetime.stop('aborted', reason)
    else if (this.#isDecided()) this.#decided.resolve()
  }

  /** Checks the limits at the first report after each planned time. */
  #isDecided(): boolean {
    const { coveredMs } = this.#collector
    const rest = this.#looksMs.filter((atMs) => atMs > coveredMs)
    const isDue = rest.length < this.#looksMs.length
    this.#looksMs = rest
    return isDue && isServiceLevelDecided(this.result(), this.#plan.sla)
  }

  /**
   * Returns why the run must stop early: the first of its `abortOn` limits that is exceeded beyond reasonable doubt.
   */
  #abortReason(): string | undefined {
    const { abortOn } = this.#plan
    if (abortOn === undefined || this.#collector.coveredMs < abortOn.afterMs) return undefined
    const broken = abortVerdicts(this.result(), abortOn.sla).find(({ verdict }) => verdict === 'fail')
    return broken === undefined ? undefined : `abortOn: ${broken.claim}, was ${broken.observed}`
  }
}

/** Returns a request with its times on the axis of the result. */
function onOwnTime(request: SlowRequest, blocks: Blocks | undefined): SlowRequest {
  if (blocks === undefined) return request
  const beforeMs = request.intendedMs - toOwn(blocks, request.intendedMs)
  return {
    ...request,
    intendedMs: request.intendedMs - beforeMs,
    dueMs: request.dueMs - beforeMs,
    sentMs: request.sentMs - beforeMs,
    doneMs: request.doneMs - beforeMs,
  }
}

/** Returns why no target has responded to any request, where that is known. */
async function silenceDoubts(
  { ended, requestsSent, responsesReceived }: LoadResult,
  targets: readonly TargetConnection[],
): Promise<readonly Doubt[]> {
  // A stopped run returns its result without waiting for the target.
  if (ended !== 'completed' || requestsSent === 0 || responsesReceived > 0) return []
  const found = await Promise.all(targets.map(async (target) => ((await speaksTls(target)) ? [target.url] : [])))
  return found.flat().map((url) => doubt({ code: 'target-speaks-tls', url: withTls(url) }))
}
