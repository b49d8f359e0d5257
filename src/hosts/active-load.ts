import { cleanText } from '../model/text/clean.ts'
import type { LoadResult } from '../model/result.ts'
import type { Ms } from '../model/units.ts'
import { makeReadable } from '../report/readable-result.ts'
import { progressOf } from '../report/live/progress.ts'
import type { Progress } from '../report/live/progress.ts'
import type { LoadRun } from '../run/index.ts'
import { realDelay, realTime } from '../model/real-time.ts'

const PROGRESS_MS: Ms = 1_000
/** `stop` does not wait longer than this for a run to end. */
const STOP_LIMIT_MS: Ms = 1_000

interface ActiveLoadOptions {
  /**
   * Completes the result. The kept result and the one that the test gets are the same object, so that verdicts find its
   * record.
   */
  readonly finish: (result: LoadResult) => LoadResult
  /** Keeps a result, once. The returned function replaces it with a better one. */
  readonly keep: (result: LoadResult) => (better: LoadResult) => void
  /** Called once with the complete result, whether it is kept or not. */
  readonly onResult: (result: LoadResult) => void
  readonly onProgress: ((progress: Progress) => void) | undefined
  /** Called once, when the run has ended or when nothing waits for it any more. */
  readonly onOver: () => void
}

/** A run of a test. Its figures are kept however it ends. */
export class ActiveLoad {
  /** The run that the test receives. Its result is kept before the test gets it. */
  readonly run: LoadRun
  readonly #run: LoadRun
  readonly #options: ActiveLoadOptions
  readonly #progress: NodeJS.Timeout | undefined
  #replace: ((better: LoadResult) => void) | undefined
  #over = false

  constructor(run: LoadRun, options: ActiveLoadOptions) {
    this.#run = run
    this.#options = options
    const { onProgress } = options
    if (onProgress !== undefined) {
      this.#progress = realTime.setInterval(() => onProgress(progressOf(run.metrics())), PROGRESS_MS).unref()
    }
    const result = this.#resultOf(run)
    // Handles the rejection, because the test may never ask for the result.
    result.catch(() => {})
    this.run = {
      generatorId: run.generatorId,
      metrics: () => run.metrics(),
      stop: (because) => run.stop(because),
      result,
      [Symbol.asyncIterator]: () => run[Symbol.asyncIterator](),
    }
  }

  /** Keeps the figures so far, marked as interrupted, until the run has ended and has better ones. Synchronous. */
  keepPartial(because: string): void {
    if (this.#replace !== undefined) return
    const soFar = this.#run.metrics()
    const partial: LoadResult = { ...soFar, ended: 'interrupted', endedBecause: cleanText(because) }
    this.#replace = this.#options.keep(this.#options.finish(Object.freeze(makeReadable(partial))))
  }

  /** Ends the run; waits for it at most one second. */
  async stop(because: string): Promise<void> {
    void this.#run.stop(because)
    await Promise.race([this.run.result.catch(() => {}), realDelay(STOP_LIMIT_MS)])
    this.#end()
  }

  async #resultOf(run: LoadRun): Promise<LoadResult> {
    try {
      const result = this.#options.finish(await run.result)
      if (this.#replace === undefined) this.#replace = this.#options.keep(result)
      else this.#replace(result)
      this.#options.onResult(result)
      return result
    } finally {
      this.#end()
    }
  }

  #end(): void {
    if (this.#over) return
    this.#over = true
    realTime.clearInterval(this.#progress)
    this.#options.onOver()
  }
}
