import { type EventLoopUtilization, performance } from 'node:perf_hooks'
import { threadRunDelayMs } from '../../measure/monitor/host.ts'
import { measureDelays } from '../../measure/core-delays.ts'
import type { MetricReceiver } from '../../measure/metric.ts'
import { Recorder } from '../../measure/recorder.ts'
import { latencyLimits } from '../../measure/tally.ts'
import { ThreadPauses, threadTimes } from '../../measure/thread-pauses.ts'
import { Tracer } from '../../measure/tracing/tracer.ts'
import { LoadError, LoadInternalError, LoadUserCodeError } from '../../model/errors.ts'
import type { AnyRequest } from '../../model/requests.ts'
import { cleanText } from '../../model/text/clean.ts'
import type { Ms } from '../../model/units.ts'
import { type Cancel, RunClock } from '../../traffic/clock.ts'
import { connectFailure } from '../../traffic/connections/failure.ts'
import type { Dispatcher } from '../../traffic/dispatch.ts'
import { FedPicker } from '../../traffic/workloads/fed-picker.ts'
import type { LaneRequest } from './lane/lane-picker.ts'
import { loadUserCode } from '../user-modules.ts'
import { DescriptorBudget } from './descriptor-budget.ts'
import type { Bulk } from './lane/bulk.ts'
import { dispatcherFor } from './lane/lane.ts'
import { Listening, mayMatchByOrder } from './lane/listening.ts'
import type { MadeRequests } from './lane/request-maker.ts'
import type { FromGenerator, GeneratorJob, GeneratorState, ToGenerator, Unreachable } from './messages.ts'
import { loadProtocol } from '../protocols.ts'
import { SetupCaller } from './setup-calls.ts'
import { type UserFailure, userModulesOf } from './thread-errors.ts'

/** Interval between two snapshots of the generator. */
const SNAPSHOT_MS = 1_000
/**
 * The same where code of the user runs in the thread and may end it, because what was not reported then is lost; and in
 * a run in blocks, which are compared in the pauses between them.
 */
const FREQUENT_SNAPSHOT_MS = 200

/** Maximum time for connections to close normally after the run. */
const CLOSE_MS = 2_000

/** Interval at which the thread checks whether it runs on time. */
const PAUSE_TICK_MS = 50

/** Interval at which time-outs of connection attempts are checked before the run. */
const EXPIRE_MS = 50

/** The thread in which a generator runs. */
export interface HostThread {
  /** Resolves with the reason why the warm-up failed; undefined when the thread is warm. */
  warmUp(): Promise<string | undefined>
  /** Runs when the connections are open, immediately before the generator reports 'ready'. */
  beforeReady(): void
  /**
   * Passes the custom metrics of the user's code in this thread to `receive`, until the returned function is called.
   */
  receiveMetrics(receive: MetricReceiver): () => void
}

/** Figures of the thread at the beginning of the reported time span. */
interface Baseline {
  readonly cpuMs: Ms
  readonly runDelayMs: Ms
  readonly atMs: Ms
  readonly loop: EventLoopUtilization
}

/**
 * One generator: schedule, connections and recorder of one thread, controlled by messages. The same code runs in a
 * worker thread and, if the plan contains functions that cannot cross to one, inline.
 */
export class Generator {
  readonly #job: GeneratorJob
  readonly #post: (message: FromGenerator) => void
  readonly #thread: HostThread
  readonly #clock = new RunClock()
  readonly #recorder: Recorder
  readonly #tracer: Tracer | undefined
  readonly #delays = measureDelays()
  readonly #pauses = new ThreadPauses(PAUSE_TICK_MS, () => threadTimes(this.#delays.own()))
  readonly #fed: FedPicker<AnyRequest> | undefined
  /** One for each lane; empty before `open`. */
  #dispatchers: readonly Dispatcher<LaneRequest | Bulk>[] = []
  /** Of the lanes that may match responses by their order. */
  readonly #listening: Listening[] = []
  readonly #unsolicited = { messages: 0, ambiguous: 0 }
  readonly #setups: SetupCaller
  #strayLines = 0
  #messages = 0
  #unended = 0
  #started = false
  #stopped = false
  #coldBecause: string | undefined
  /** The run has abandoned this generator: it must not open anything or leave anything running. */
  #abandoned = false
  /** Ends the reception of the custom metrics that code of the user records in this thread. */
  #stopMetrics: (() => void) | undefined
  #stopSnapshots: Cancel | undefined
  /** Ends the listening after the last response immediately. */
  #stopListening: (() => void) | undefined
  /** Cancels the timer that starts the measured part, then the ticks within it. */
  #stopPauseTicks: Cancel | undefined
  /**
   * The thread may have served other runs, so its figures count from here, and later from the start of the measured
   * part.
   */
  #measuring: Baseline

  constructor(job: GeneratorJob, post: (message: FromGenerator) => void, thread: HostThread) {
    const { plan, threads } = job
    this.#job = job
    this.#post = post
    this.#setups = new SetupCaller(post, this.#recordMetric)
    this.#thread = thread
    this.#recorder = new Recorder(latencyLimits(plan.sla), plan.blocks)
    this.#tracer = plan.tracing === 'off' ? undefined : new Tracer(plan.tracing)
    const ask = (first: number, count: number): void => post({ type: 'ask', first, count })
    this.#measuring = this.#baseline()
    this.#fed = job.fed ? new FedPicker(threads, job.chunk, ask) : undefined
  }

  readonly #recordMetric: MetricReceiver = (name, value, options) =>
    this.#recorder.metrics.record(name, value, options, this.#isCounting)

  /**
   * Warms the thread up and opens the connections that must be open before the run, then reports 'ready' or
   * 'unreachable'.
   */
  async open(): Promise<void> {
    this.#coldBecause = await this.#thread.warmUp()
    if (this.#stopped || this.#abandoned) return
    try {
      this.#dispatchers = await this.#makeDispatchers()
    } catch (error) {
      return this.#broken(error)
    }
    if (this.#abandoned) return this.#destroy()
    this.#unended = this.#dispatchers.length
    // Setups run when the connections open.
    this.#stopMetrics = this.#thread.receiveMetrics(this.#recordMetric)
    const cancel = this.#clock.every(EXPIRE_MS, () => {
      for (const { pool } of this.#dispatchers) pool.expire(this.#clock.now())
    })
    try {
      const opened = this.#dispatchers.map((dispatcher, lane) => openError(dispatcher, lane))
      const failed = (await Promise.all(opened)).find((failure) => failure !== undefined)
      if (failed === undefined) {
        this.#thread.beforeReady()
        this.#post({ type: 'ready' })
      } else this.#unreachable(failed)
    } finally {
      cancel()
    }
  }

  async #makeDispatchers(): Promise<readonly Dispatcher<LaneRequest | Bulk>[]> {
    const { plan, lanes, thread, threads } = this.#job
    const loaded = await loadUserCode(plan)
    const descriptors = new DescriptorBudget(this.#job.descriptors)
    let connections = 0
    const made = plan.lanes.map(async (lane, index) => {
      const laneJob = lanes[index]
      if (laneJob === undefined) throw new TypeError(`lane ${index} has no target`)
      const code = plan.setup?.from === 'caller' ? { ...loaded, setup: this.#setups.ofLane(index) } : loaded
      const protocol = await loadProtocol(lane.protocol)
      const open = this.#job.fed || code.journey !== undefined
      const listening = mayMatchByOrder(lane, protocol, new URL(laneJob.url), open)
        ? new Listening(plan.requestTimeoutMs)
        : undefined
      if (listening !== undefined) this.#listening.push(listening)
      return dispatcherFor({
        job: this.#job,
        index,
        lane,
        laneJob,
        protocol,
        clock: this.#clock,
        recorder: this.#recorder,
        delays: this.#delays.delays,
        tracer: this.#tracer,
        fed: this.#fed,
        code,
        descriptors,
        listening,
        nextConnection: () => thread + threads * connections++,
        unsolicited: (messages, ambiguous) => {
          this.#unsolicited.messages += messages
          this.#unsolicited.ambiguous += ambiguous
        },
        messages: (count) => void (this.#messages += count),
        strayLine: () => void this.#strayLines++,
        started: (pid) => this.#post({ type: 'process', pid }),
        ended: () => this.#laneEnded(),
        broken: (error) => this.#broken(error),
        log: (text) => this.#log(text),
      })
    })
    return Promise.all(made)
  }

  handle(message: ToGenerator): void {
    if (message.type === 'start') this.#start(message.startMs)
    else if (message.type === 'end') this.#endAt(message.atMs)
    else if (message.type === 'stop') this.#stop()
    else if (message.type === 'target') this.#delays.watch(message.pids)
    else if (message.type !== 'requests') this.#setups.handle(message)
    else {
      this.#fed?.feed(message.first, withFailures(message))
      for (const dispatcher of this.#dispatchers) dispatcher.payloadsCame()
    }
  }

  /** Ends the run of this thread because code of the user left an error unhandled, or ends the thread. */
  failUserCode(failure: UserFailure): void {
    const [message, stack] = [cleanText(failure.message), cleanText(failure.stack)]
    if (!this.#started) return this.#post({ type: 'user-error', code: 'ERR_LOAD_USER_CODE', message, stack })
    this.#stopped = true
    this.#post({ type: 'user-failure', message })
    for (const dispatcher of this.#dispatchers) dispatcher.fail(message)
    this.#stopListening?.()
  }

  /** Ends everything that is still open or running immediately, unless the run has ended normally. */
  abandon(): void {
    this.#abandoned = true
    this.#stopMetrics?.()
    this.#halt()
    if (this.#unended > 0 || this.#dispatchers.length === 0) this.#destroy()
  }

  #destroy(): void {
    this.#stopMetrics?.()
    for (const { pool, wake } of this.#dispatchers) {
      pool.destroy()
      wake.stop()
    }
  }

  /** Whether metrics count: before the start, which is the time of setups, and from the warm-up to the last outcome. */
  get #isCounting(): boolean {
    return this.#unended > 0 && (!this.#started || this.#clock.now() >= 0)
  }

  #halt(): void {
    this.#delays.close()
    this.#stopSnapshots?.()
    this.#stopPauseTicks?.()
  }

  #start(startMs: Ms): void {
    this.#started = true
    const beforeMs = this.#clock.now()
    this.#clock.startAt(startMs)
    for (const { pool } of this.#dispatchers) pool.shiftClock(this.#clock.now() - beforeMs)
    this.#measuring = this.#baseline()
    this.#stopPauseTicks = this.#clock.after(Math.max(0, -this.#clock.now()), () => this.#startMeasuring())
    const { plan } = this.#job
    const isOften = userModulesOf(plan).length > 0 || plan.blocks !== undefined
    const everyMs = isOften ? FREQUENT_SNAPSHOT_MS : SNAPSHOT_MS
    this.#stopSnapshots = this.#clock.every(everyMs, () => this.#snapshot())
    for (const dispatcher of this.#dispatchers) dispatcher.start()
  }

  #endAt(atMs: Ms): void {
    for (const dispatcher of this.#dispatchers) dispatcher.endAt(atMs)
  }

  #stop(): void {
    this.#stopped = true
    for (const dispatcher of this.#dispatchers) dispatcher.stop()
    this.#stopListening?.()
  }

  #startMeasuring(): void {
    this.#stopPauseTicks = this.#clock.every(PAUSE_TICK_MS, () => {
      const nowMs = this.#clock.now()
      this.#recorder.threadLagged(this.#pauses.tick(nowMs), nowMs)
    })
    for (const { pool } of this.#dispatchers) pool.startMeasuring()
    this.#measuring = this.#baseline()
  }

  #baseline(): Baseline {
    return {
      cpuMs: this.#cpuMs(),
      runDelayMs: threadRunDelayMs() ?? 0,
      atMs: this.#clock.now(),
      loop: performance.eventLoopUtilization(),
    }
  }

  #snapshot(): void {
    this.#recorder.rollTo(this.#clock.now())
    const slices = this.#recorder.takeFinished()
    if (slices.length > 0) this.#post({ type: 'slices', slices, state: this.#state() })
    this.#postSampled()
  }

  #postSampled(): void {
    const sampled = this.#tracer?.takeSampled()
    if (sampled !== undefined && sampled.spans.length > 0) this.#post({ type: 'sampled', sampled })
  }

  #laneEnded(): void {
    if (--this.#unended > 0) return
    this.#halt()
    const atMs = this.#clock.now()
    this.#recorder.rollTo(atMs)
    this.#recorder.finish()
    const slices = this.#recorder.takeFinished()
    this.#postSampled()
    const state = this.#state()
    const end = (): void => {
      const traces = { kept: this.#tracer?.kept ?? [] }
      this.#post({ type: 'ended', slices, state: { ...state, ...this.#afterListening(state.pools) }, atMs, traces })
      void this.#closeConnections()
      this.#stopListening = undefined
    }
    // A stopped run has no connections left to listen on.
    const listenMs = this.#stopped ? 0 : Math.max(0, ...this.#listening.map(({ endMs }) => endMs))
    if (listenMs === 0) return end()
    const cancel = this.#clock.after(listenMs, end)
    this.#stopListening = () => {
      cancel()
      end()
    }
  }

  /** Returns what listening has changed: a connection that still opened may have been greeted. */
  #afterListening(pools: GeneratorState['pools']): Pick<GeneratorState, 'pools' | 'unsolicited'> {
    const opened = this.#dispatchers.map(({ pool }) => pool.counts().opened)
    return {
      pools: pools.map((counts, lane) => Object.assign({}, counts, { opened: opened[lane] ?? counts.opened })),
      unsolicited: { ...this.#unsolicited },
    }
  }

  /** Runs after all measurements were reported, so a target that is slow to close delays none of them. */
  async #closeConnections(): Promise<void> {
    const late = Promise.withResolvers<void>()
    const cancel = this.#clock.after(CLOSE_MS, late.resolve)
    const closed = Promise.all(this.#dispatchers.map(({ pool }) => pool.end()))
    await Promise.race([closed, late.promise])
    cancel()
    for (const { pool } of this.#dispatchers) pool.destroy()
    // Code of the user may still run until here. Its metrics do not count, but they are no errors.
    this.#stopMetrics?.()
    this.#post({ type: 'closed' })
  }

  #unreachable(why: Unreachable): void {
    this.#destroy()
    this.#post({ type: 'unreachable', ...why, message: cleanText(why.message) })
  }

  /**
   * Reports an error. A `LoadError` that is not internal is about the user's input, so its code and message are sent.
   */
  #broken(error: unknown): void {
    if (this.#started && error instanceof LoadUserCodeError)
      return this.failUserCode({ message: error.message, stack: '' })
    this.#halt()
    if (error instanceof LoadError && !(error instanceof LoadInternalError)) {
      const { code, message, stack = '' } = error
      this.#post({ type: 'user-error', code, message, stack })
    } else this.#post({ type: 'crash', error })
  }

  #state(): GeneratorState {
    const pools = this.#dispatchers.map(({ pool }) => pool)
    const versions = [...new Set(pools.map(({ version }) => version).filter((version) => version !== undefined))]
    const runDelayMs = threadRunDelayMs()
    const elapsedMs = this.#clock.now() - this.#measuring.atMs
    return {
      coldBecause: this.#coldBecause ?? null,
      protocolVersion: versions.length === 0 ? null : versions.join(', '),
      pools: pools.map((pool) => pool.counts()),
      cpuMs: this.#cpuMs() - this.#measuring.cpuMs,
      pauses: this.#pauses.all,
      warmUp: this.#recorder.warmUp,
      messages: this.#messages,
      unsolicited: { ...this.#unsolicited },
      strayLines: this.#strayLines,
      eventLoopUtilization: performance.eventLoopUtilization(this.#measuring.loop).utilization,
      runDelayRatio:
        runDelayMs === undefined
          ? null
          : Math.min(1, Math.max(0, runDelayMs - this.#measuring.runDelayMs) / Math.max(1, elapsedMs)),
    }
  }

  #cpuMs(): Ms {
    const { user, system } = process.threadCpuUsage()
    return this.#dispatchers.reduce((sum, { wake }) => sum + wake.cpuMs(), (user + system) / 1_000)
  }

  #log(text: string): void {
    if (!this.#job.verbose) return
    this.#post({ type: 'log', text: `${this.#clock.now().toFixed(1)} ms  ${cleanText(text)}` })
  }
}

/** Returns the requests of a message, with an error in place of each that code of the user could not make. */
function withFailures({ requests, failures }: MadeRequests): readonly (AnyRequest | LoadUserCodeError)[] {
  if (failures.size === 0) return requests
  return requests.map((request, place) => {
    const failure = failures.get(place)
    return failure === undefined ? request : new LoadUserCodeError('ERR_LOAD_USER_CODE', failure)
  })
}

/** Returns why a lane's connections could not be opened; undefined if they are open. */
async function openError(dispatcher: Dispatcher<LaneRequest | Bulk>, lane: number): Promise<Unreachable | undefined> {
  try {
    await dispatcher.open()
    return undefined
  } catch (error) {
    return { lane, ...connectFailure(error) }
  }
}
