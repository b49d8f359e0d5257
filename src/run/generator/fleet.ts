import { type Guard, type Resources, startGuard } from '../../measure/monitor/index.ts'
import { MetricRecorder } from '../../measure/metric-recorder.ts'
import type { SliceDelta } from '../../measure/recorder.ts'
import type { KeptTraces, SampledTraces } from '../../measure/tracing/tracer.ts'
import { ConnectError } from '../../model/connect-error.ts'
import { LoadError, LoadInternalError, LoadResourceError, LoadUserCodeError } from '../../model/errors.ts'
import { knownSecrets } from '../../model/text/clean.ts'
import type { CompiledPlan } from '../../plan/compiled-plan.ts'
import type { ResolvedSetup } from '../../plan/resolved-plan.ts'
import type { Traceparent } from '../../model/trace.ts'
import { messageOf } from '../../model/thrown.ts'
import type { Ms } from '../../model/units.ts'
import { within } from '../../model/within.ts'
import type { LoadedFeed } from '../../traffic/feeds/index.ts'
import { unusable } from '../target/check-target.ts'
import { speaksTls } from '../target/speaks-tls.ts'
import type { TargetConnection } from '../target/target-connection.ts'
import { ThreadExit } from './generator-thread.ts'
import { type GeneratorHandle, generatorsFor } from './generator-handle.ts'
import { RequestMaker } from './lane/request-maker.ts'
import type { FromGenerator, GeneratorJob, GeneratorState, Unreachable } from './messages.ts'
import type { Placement } from './placement.ts'
import { descriptorsForConnections } from './resources.ts'
import { connectResourceError, resourceError } from '../resource-errors.ts'
import { namesOf, userModulesOf } from './thread-errors.ts'
import { SetupRunner } from './setup-calls.ts'
import { ThreadWatch } from './thread-watch.ts'
import { transportsOf } from './warm-up/transports.ts'

/** Maximum time for a generator to end after it received 'stop'. */
const STOP_GRACE_MS = 700
/** Time without a message after which a thread is ended: code of the user in it does not return. */
const MAX_SILENCE_MS = 5_000
/** The same for a thread without code of the user. */
const MAX_OWN_SILENCE_MS = 30_000
/** Maximum time until the first message of a thread. */
const MAX_START_MS = 60_000
/** Maximum time to wait until the generators have closed their connections. The generators' limit is shorter. */
const CLOSE_GRACE_MS = 3_000

/** Receives what the generators measure. */
export interface FleetObserver {
  add(thread: number, slices: readonly SliceDelta[], state: GeneratorState): void
  /** Traces that were sampled from their start. */
  addSampled(sampled: SampledTraces): void
  /** The last report of a thread. `atMs`: when its last request ended. */
  addLast(
    thread: number,
    slices: readonly SliceDelta[],
    state: GeneratorState,
    end: { readonly atMs: Ms; readonly traces: KeptTraces },
  ): void
  /**
   * A thread ended without its last report. The requests of the thread without an outcome have the outcome
   * `loss.errorClass`.
   */
  addLost(thread: number, loss: ThreadLoss): void
  /** The run must end early, because of `message`. */
  interrupt(message: string, byUserCode: boolean): void
  /** A connection has started a process of the target. */
  follow(pid: number): void
}

/** Why a thread ended without its last report. */
export interface ThreadLoss {
  readonly errorClass: 'user-error' | 'cancelled'
  readonly message: string
}

/** What the generators work with, in addition to their plan. */
export interface FleetJob {
  /** One for each of the plan's lanes, in their order. */
  readonly targets: readonly TargetConnection[]
  readonly feeds: Readonly<Record<string, LoadedFeed>>
  readonly resources: Resources
  /** Context of the run; undefined if nothing is traced. */
  readonly traceparent: Traceparent | undefined
  readonly verbose: boolean
}

/** The generators of one run, one for each of its threads. */
export class GeneratorFleet {
  readonly #plan: CompiledPlan
  readonly #placement: Placement
  readonly #observer: FleetObserver
  readonly #log: (text: string) => void
  readonly #generators: readonly GeneratorHandle[]
  readonly #requests: RequestMaker
  readonly #ready: Countdown
  readonly #ended: Countdown
  readonly #closed: Countdown
  /** The user's modules that run in the threads. */
  readonly #modules: readonly string[]
  /** One for each thread, if the plan's setup is a function and the run is not inline. */
  readonly #setups: readonly SetupRunner[]
  readonly #watch: ThreadWatch
  /** Undefined until a connection starts a process. */
  #guard: Guard | undefined
  /** Threads from which no report is expected any more. */
  readonly #over = new Set<number>()
  #started = false
  #job: FleetJob | undefined

  /** Reserves threads, which warm up while the run opens its targets. */
  constructor(plan: CompiledPlan, placement: Placement, observer: FleetObserver, log: (text: string) => void) {
    this.#plan = plan
    this.#placement = placement
    this.#observer = observer
    this.#log = log
    this.#generators = generatorsFor(placement, transportsOf(plan))
    this.#requests = new RequestMaker(plan, placement.inlineBecause !== undefined)
    this.#ready = new Countdown(placement.threads)
    this.#ended = new Countdown(placement.threads)
    this.#closed = new Countdown(placement.threads)
    this.#modules = placement.inlineBecause === undefined ? userModulesOf(plan) : []
    this.#setups = this.#setupRunners()
    this.#watch = new ThreadWatch({
      threads: placement.threads,
      maxSilenceMs: this.#modules.length > 0 ? MAX_SILENCE_MS : MAX_OWN_SILENCE_MS,
      maxStartMs: MAX_START_MS,
      onSilent: (thread) => this.#silent(thread),
    })
  }

  #setupRunners(): readonly SetupRunner[] {
    const { setup } = this.#plan
    if (setup?.from !== 'function' || this.#placement.inlineBecause !== undefined) return []
    const shared = {
      run: setup.run,
      protocolOf: (lane: number) => this.#job?.targets[lane]?.protocol,
      metrics: new MetricRecorder(),
    }
    return this.#generators.map((generator) => new SetupRunner({ ...shared, post: (order) => generator.post(order) }))
  }

  /**
   * Resolves when all connections are open that must be open before the run. Rejects if a target is unusable, or if a
   * generator or code of the user fails.
   */
  get ready(): Promise<void> {
    return this.#ready.promise
  }

  /** Resolves when every generator has sent its last report. Rejects if a generator or code of the user fails. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  /** Gives each generator its job; they open their connections. */
  begin(job: FleetJob): void {
    this.#job = job
    const shared = this.#sharedJob(job)
    for (const [thread, generator] of this.#generators.entries()) {
      generator.begin({ ...shared, thread }, (message) => this.#handle(thread, message))
    }
    // An inline generator runs in this thread.
    if (this.#placement.inlineBecause === undefined) this.#watch.start()
  }

  /**
   * Returns what all generators have in common. Targets, request functions and the sources of feeds stay with the run:
   * some of them are functions, which cannot cross to a thread.
   */
  #sharedJob({ targets, feeds, resources, traceparent, verbose }: FleetJob): Omit<GeneratorJob, 'thread'> {
    const { lanes, curve } = this.#plan
    const { threads, wake } = this.#placement
    const [first, ...others] = lanes.map((lane) =>
      Object.assign({}, lane, { target: '', request: typeof lane.request === 'function' ? undefined : lane.request }),
    )
    if (first === undefined) throw new TypeError('a plan has at least one lane')
    return {
      plan: {
        ...this.#plan,
        feeds: {},
        lanes: [first, ...others],
        setup: this.#setupOfJob(),
        comparison: undefined,
      },
      lanes: targets.map(({ url, address, socketPath, stdio, negotiated }) => ({
        url: url.href,
        address,
        socketPath,
        stdio,
        negotiated,
      })),
      feeds,
      threads,
      descriptors: Math.floor(descriptorsForConnections(this.#placement, resources) / threads),
      wake,
      fed: typeof lanes[0].request === 'function',
      traceparent,
      secrets: knownSecrets(),
      chunk: Math.min(8_192, Math.max(64, Math.ceil((curve?.peakRps ?? 1_000) / threads / 4))),
      verbose,
    }
  }

  /** A setup function cannot cross to a thread, which calls it by messages. */
  #setupOfJob(): ResolvedSetup | undefined {
    return this.#setups.length > 0 ? { from: 'caller' } : this.#plan.setup
  }

  /** Names the processes of the target on this machine, so that the generators see how long these wait for a core. */
  watch(pids: readonly number[]): void {
    for (const generator of this.#generators) generator.post({ type: 'target', pids })
  }

  /** `startMs` is the start of the measured part on the machine's monotonic clock. */
  start(startMs: Ms): void {
    this.#started = true
    for (const generator of this.#generators) generator.post({ type: 'start', startMs })
  }

  /** Ends the schedule of every generator at `atMs` on the run's clock, earlier than planned. */
  endAt(atMs: Ms): void {
    for (const generator of this.#generators) generator.post({ type: 'end', atMs })
  }

  /** Stops the generators, and waits for their last reports for a limited time. */
  async stop(): Promise<void> {
    for (const generator of this.#generators) generator.post({ type: 'stop' })
    const outcome = await within(STOP_GRACE_MS, this.#ended.promise)
    if (outcome === 'done') return
    const errorClass = this.#modules.length > 0 ? 'user-error' : 'cancelled'
    for (const thread of this.#generators.keys()) {
      this.#lost(thread, { errorClass, message: 'the generator thread did not end in time after the run was stopped' })
    }
  }

  /** Waits for a limited time until the generators have closed their connections. */
  async closed(): Promise<void> {
    await within(CLOSE_GRACE_MS, this.#closed.promise)
  }

  /** Ends the generators. Resolves when their threads have ended or are free for another run. */
  async end(): Promise<void> {
    this.#watch.stop()
    await Promise.all(this.#generators.map((generator) => generator.end()))
    // A thread that was terminated left its processes running.
    this.#guard?.endAll()
  }

  #handle(thread: number, message: FromGenerator): void {
    this.#watch.heard(thread)
    switch (message.type) {
      case 'ready':
        this.#ready.count()
        break
      case 'unreachable':
        void this.#unusable(message).then((error) => this.#ready.fail(error))
        break
      case 'ask':
        this.#makeRequests(thread, message.first, message.count)
        break
      case 'setup':
      case 'setup-answer':
        this.#setups[thread]?.handle(message)
        break
      case 'slices':
        if (!this.#over.has(thread)) this.#observer.add(thread, message.slices, message.state)
        break
      case 'sampled':
        this.#observer.addSampled(message.sampled)
        break
      case 'ended':
        if (!this.#markOver(thread)) break
        this.#observer.addLast(thread, message.slices, message.state, message)
        this.#ended.count()
        break
      case 'alive':
        break
      case 'closed':
        this.#closed.count()
        break
      case 'process':
        // It has a separate process group, so it would outlive this process.
        this.#guard ??= startGuard()
        this.#guard.watchOver(message.pid)
        this.#observer.follow(message.pid)
        break
      case 'log':
        this.#log(`thread ${thread}  ${message.text}`)
        break
      case 'crash':
        this.#crashed(thread, message.error)
        break
      case 'user-error':
        this.#fail(revived(message))
        break
      case 'user-failure':
        this.#observer.interrupt(message.message, true)
        break
    }
  }

  /** Expects no more reports from a thread. Returns false if it had already ended. */
  #markOver(thread: number): boolean {
    if (this.#over.has(thread)) return false
    this.#over.add(thread)
    this.#watch.ended(thread)
    return true
  }

  /** Handles a thread that does not return to its event loop. */
  #silent(thread: number): void {
    if (this.#over.has(thread)) return
    const seconds = (this.#modules.length > 0 ? MAX_SILENCE_MS : MAX_OWN_SILENCE_MS) / 1_000
    if (this.#modules.length === 0) {
      return this.#fail(new LoadInternalError(`a generator thread did not respond for ${seconds} s`))
    }
    this.#lost(thread, {
      errorClass: 'user-error',
      message: `code of ${namesOf(this.#modules)} kept its thread busy for more than ${seconds} s: it may contain an endless loop`,
    })
  }

  /** A thread ended with an error, or the generator in it did. */
  #crashed(thread: number, thrown: unknown): void {
    if (this.#over.has(thread)) return
    const error = this.#crashOf(thrown)
    const isOutOfMemory = error instanceof LoadResourceError && error.code === 'ERR_LOAD_MEMORY'
    if (this.#modules.length > 0 && (isOutOfMemory || thrown instanceof ThreadExit)) {
      const how = isOutOfMemory ? 'its thread used up its memory' : 'ended its thread'
      return this.#lost(thread, {
        errorClass: 'user-error',
        message: `code of ${namesOf(this.#modules)} runs in a generator thread, and ${how}`,
      })
    }
    if (isOutOfMemory) return this.#lost(thread, { errorClass: 'cancelled', message: error.message })
    this.#fail(error)
  }

  /** Continues without a thread that ended without its last report. */
  #lost(thread: number, loss: ThreadLoss): void {
    const isUserCode = loss.errorClass === 'user-error'
    if (!this.#started) {
      return this.#fail(
        isUserCode
          ? new LoadUserCodeError('ERR_LOAD_USER_CODE', loss.message)
          : new LoadResourceError('ERR_LOAD_MEMORY', loss.message),
      )
    }
    if (!this.#markOver(thread)) return
    this.#observer.interrupt(loss.message, isUserCode)
    this.#observer.addLost(thread, loss)
    this.#ended.count()
  }

  async #unusable({ lane, errorClass, message, mistake }: Unreachable): Promise<LoadError> {
    const target = this.#job?.targets[lane]
    const why = new ConnectError(errorClass, message, { mistake })
    const exhausted = connectResourceError(errorClass, why)
    if (exhausted !== undefined || target === undefined) return exhausted ?? unusable(new URL('http://unknown'), why)
    const hasSetup = this.#plan.setup !== undefined
    return unusable(target.url, why, { hasSetup, speaksTls: await speaksTls(target) })
  }

  /**
   * Calls the user's request function. What it throws is the outcome of its request, except that an invalid request
   * ends a run that has not sent anything.
   */
  #makeRequests(thread: number, first: number, count: number): void {
    const { targets: [target] = [], feeds = {} } = this.#job ?? {}
    if (target === undefined) return
    try {
      const range = { first, count, step: this.#placement.threads }
      const made = this.#requests.make(range, target.protocol, feeds)
      this.#generators[thread]?.post({ type: 'requests', first, ...made })
    } catch (error) {
      this.#fail(errorFrom(error))
    }
  }

  /**
   * Worker threads run only the generator's code, so an error there is internal. Inline, it may come from user code.
   */
  #crashOf(thrown: unknown): Error {
    const error = errorFrom(thrown)
    if (this.#placement.inlineBecause !== undefined || error instanceof LoadInternalError) return error
    return resourceError(error) ?? new LoadInternalError(error.message, { cause: error })
  }

  #fail(error: Error): void {
    this.#ready.fail(error)
    this.#ended.fail(error)
  }
}

/** A promise that resolves when it has been counted as often as there are threads. */
class Countdown {
  readonly #settled = Promise.withResolvers<void>()
  #left: number

  constructor(threads: number) {
    this.#left = threads
    // It may reject before anything waits for it.
    this.#settled.promise.catch(() => {})
  }

  get promise(): Promise<void> {
    return this.#settled.promise
  }

  count(): void {
    if (--this.#left === 0) this.#settled.resolve()
  }

  fail(error: Error): void {
    this.#settled.reject(error)
  }
}

/** Recreates a `LoadError` that was thrown in another thread. */
function revived({ code, message, stack }: { code: string; message: string; stack: string }): LoadError {
  const error =
    code === 'ERR_LOAD_USER_CODE' || code === 'ERR_LOAD_JOURNEY'
      ? new LoadUserCodeError(code, message)
      : new LoadError(code, message)
  error.stack = stack
  return error
}

function errorFrom(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown))
}
