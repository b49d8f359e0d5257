import { availableParallelism } from 'node:os'
import { realTime } from '../../model/real-time.ts'
import type { Ms } from '../../model/units.ts'
import { GeneratorThread } from './generator-thread.ts'
import type { TransportName } from './warm-up/transports.ts'

/** Idle threads end after this time, so that they use no memory after the last run of a process. */
const IDLE_MS: Ms = 60_000

/** The generator threads of this process. Idle threads are warm and wait for the next run; a run can start more. */
export class ThreadPool {
  readonly #idle: GeneratorThread[] = []
  readonly #maxIdle: number
  #expiry: NodeJS.Timeout | undefined
  #started = 0

  constructor(maxIdle: number) {
    this.#maxIdle = maxIdle
  }

  /** Number of threads that were started since the process began. */
  get started(): number {
    return this.#started
  }

  /** Number of threads that wait for a run. */
  get idle(): number {
    return this.#idle.length
  }

  /** Ensures that one thread is warm, or is warming up, for these transports. */
  prepare(transports: readonly TransportName[]): void {
    try {
      const thread = this.#takeIdle() ?? this.#start()
      thread.warmUp(transports)
      this.#keep(thread)
    } catch {
      // The run that needs the thread reports why none can start.
    }
  }

  /** Returns `count` threads, warm or warming up. The caller must return each with `release`. */
  acquire(count: number, transports: readonly TransportName[]): readonly GeneratorThread[] {
    const acquired: GeneratorThread[] = []
    try {
      while (acquired.length < count) {
        const thread = this.#takeIdle() ?? this.#start()
        acquired.push(thread)
        thread.warmUp(transports)
      }
      return acquired
    } catch (error) {
      for (const thread of acquired) this.#keep(thread)
      throw error
    }
  }

  /** Returns an idle thread, but none that has crashed and is about to end. */
  #takeIdle(): GeneratorThread | undefined {
    let thread = this.#idle.pop()
    while (thread?.isHealthy === false) thread = this.#idle.pop()
    return thread
  }

  /**
   * Keeps the thread for the next run if it can take another job, and ends it otherwise. Resolves when that is done.
   */
  async release(thread: GeneratorThread): Promise<void> {
    const fit = await thread.endJob()
    if (fit && this.#idle.length < this.#maxIdle) this.#keep(thread)
    else await thread.exit()
  }

  #start(): GeneratorThread {
    this.#started++
    return new GeneratorThread((gone) => this.#forget(gone))
  }

  #keep(thread: GeneratorThread): void {
    this.#idle.push(thread)
    realTime.clearTimeout(this.#expiry)
    this.#expiry = realTime.setTimeout(() => this.#endIdle(), IDLE_MS).unref()
  }

  #endIdle(): void {
    for (const thread of this.#idle.splice(0)) void thread.exit()
  }

  #forget(thread: GeneratorThread): void {
    const place = this.#idle.indexOf(thread)
    if (place >= 0) this.#idle.splice(place, 1)
  }
}

export const threadPool: ThreadPool = new ThreadPool(availableParallelism())
