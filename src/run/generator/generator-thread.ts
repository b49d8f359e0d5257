import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { programFile } from '../../model/program-file.ts'
import { realTime } from '../../model/real-time.ts'
import { within } from '../../model/within.ts'
import type { FromGenerator, GeneratorJob, ToGenerator, ToThread } from './messages.ts'
import { userModulesOf } from './thread-errors.ts'
import type { TransportName } from './warm-up/transports.ts'

/** Maximum time for a thread to end itself. */
const EXIT_GRACE_MS = 500
/** Maximum time to wait for a thread that is terminated. */
const EXIT_LIMIT_MS = 2_000
/** Maximum time for a thread whose run has ended to close its connections. After it, the thread is ended as well. */
const CLOSE_GRACE_MS = 500

/**
 * Memory for new objects. Requests end soon, so collecting them more often than by default takes no more CPU, and with
 * 10 000 connections a run needs 50 MB less.
 */
const YOUNG_GENERATION_MB = 24

/** A job that a thread works on. */
interface ActiveJob {
  readonly port: MessagePort
  readonly onMessage: (message: FromGenerator) => void
  readonly closed: PromiseWithResolvers<void>
  ended: boolean
  readonly runsUserCode: boolean
}

/** The error of a thread that ended itself: the pool did not send it 'exit'. */
export class ThreadExit extends Error {}

/**
 * A generator thread. It warms up on request, and runs one job at a time. It never keeps the process alive by
 * itself: only the port of a job does.
 */
export class GeneratorThread {
  readonly #worker: Worker
  readonly #gone = Promise.withResolvers<void>()
  #job: ActiveJob | undefined
  #healthy = true
  #crash: { readonly error: unknown } | undefined
  #exiting = false

  /** `onGone` is called when the thread has ended, for any reason. */
  constructor(onGone: (thread: GeneratorThread) => void) {
    this.#worker = new Worker(programFile('worker', import.meta.url), {
      // Flags of the test runner (loaders, inspectors) must not slow the generator.
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    })
    this.#worker.unref()
    this.#worker.on('error', (error: unknown) => this.#crashed(error))
    this.#worker.on('exit', (code) => {
      if (!this.#exiting) this.#crashed(new ThreadExit(`a generator thread exited with code ${code}`))
      this.#gone.resolve()
      onGone(this)
    })
  }

  get isHealthy(): boolean {
    return this.#healthy
  }

  warmUp(transports: readonly TransportName[]): void {
    this.#postToThread({ type: 'warm-up', transports })
  }

  /** Starts a job. Its messages are passed to `onMessage` until `endJob` is called. */
  begin(job: GeneratorJob, onMessage: (message: FromGenerator) => void): void {
    const { port1: port, port2 } = new MessageChannel()
    const closed = Promise.withResolvers<void>()
    const active: ActiveJob = {
      port,
      onMessage,
      closed,
      ended: false,
      runsUserCode: userModulesOf(job.plan).length > 0,
    }
    this.#job = active
    // The thread may have ended while the run opened its target.
    const crash = this.#crash
    if (crash !== undefined) realTime.queueMicrotask(() => onMessage({ type: 'crash', error: crash.error }))
    port.on('message', (message: FromGenerator) => this.#handle(active, message))
    const { curve: _, ...plan } = job.plan
    const message: ToThread = { type: 'job', job: { ...job, plan }, port: port2, env: { ...process.env } }
    this.#worker.postMessage(message, [port2])
  }

  #handle(job: ActiveJob, message: FromGenerator): void {
    if (message.type === 'ended') job.ended = true
    if (message.type === 'crash' || message.type === 'user-error' || message.type === 'user-failure') {
      this.#healthy = false
    }
    job.onMessage(message)
    if (message.type === 'closed') job.closed.resolve()
  }

  post(message: ToGenerator): void {
    this.#job?.port.postMessage(message)
  }

  /**
   * Ends the job. Resolves with true when the thread can take another job: it ran no code of the user, nothing went
   * wrong in it, and it has closed all connections.
   */
  async endJob(): Promise<boolean> {
    const job = this.#job
    if (job === undefined) return this.#healthy
    const closed = job.ended && (await within(CLOSE_GRACE_MS, job.closed.promise)) === 'done'
    this.#job = undefined
    job.port.close()
    return closed && this.#healthy && !job.runsUserCode
  }

  /**
   * Ends the thread, and resolves when it has ended. It is asked first, so that it ends between two turns of its event
   * loop: V8 can crash the process ("jit_page.has_value()") when a thread is terminated while another one starts.
   */
  async exit(): Promise<void> {
    this.#exiting = true
    this.#postToThread({ type: 'exit' })
    const late = realTime.setTimeout(() => void this.#worker.terminate(), EXIT_GRACE_MS)
    // A thread that waits for a synchronous system call cannot be terminated until the call returns.
    await within(EXIT_LIMIT_MS, this.#gone.promise)
    realTime.clearTimeout(late)
  }

  #postToThread(message: ToThread): void {
    this.#worker.postMessage(message)
  }

  /** Keeps the first error, which is the cause; the exit that follows is not. */
  #crashed(error: unknown): void {
    if (this.#crash !== undefined) return
    this.#crash = { error }
    this.#healthy = false
    const job = this.#job
    if (job === undefined) return
    // What the thread posted before it ended may not have arrived yet.
    for (;;) {
      const received = receiveMessageOnPort(job.port)
      if (received === undefined) break
      this.#handle(job, received.message)
    }
    job.onMessage({ type: 'crash', error })
  }
}
