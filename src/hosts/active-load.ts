import type { LoadResult } from '../model/result.ts'
import type { Ms } from '../model/units.ts'
import { progressOf } from '../report/live/progress.ts'
import type { Progress } from '../report/live/progress.ts'
import type { LoadRun } from '../run/index.ts'
import { realDelay, realTime } from '../model/real-time.ts'

const PROGRESS_MS: Ms = 1_000
/** A stopped run that has not ended by then is left to itself. */
const STOP_LIMIT_MS: Ms = 1_000

interface ActiveLoadOptions {
  /** The result as everybody is to see it: what is kept and what the test gets are one object, so verdicts find it. */
  readonly finish: (result: LoadResult) => LoadResult
  /** Keeps a result, once; what it returns puts a better one in its place. */
  readonly keep: (result: LoadResult) => (better: LoadResult) => void
  readonly onProgress: ((progress: Progress) => void) | undefined
  /** The run is over, or is not waited for any more. Called once. */
  readonly onOver: () => void
}

/** A run on behalf of a test: whatever ends it, its figures are kept. */
export class ActiveLoad {
  /** What the test sees of the run. Its result has been kept by the time anybody sees it. */
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
    // Whoever started the run may never ask for its result.
    result.catch(() => {})
    this.run = {
      generatorId: run.generatorId,
      metrics: () => run.metrics(),
      stop: (because) => run.stop(because),
      result,
      [Symbol.asyncIterator]: () => run[Symbol.asyncIterator](),
    }
  }

  /** Keeps the figures of this moment, marked as interrupted, until the run has ended and has better ones. Synchronous. */
  keepPartial(because: string): void {
    if (this.#replace !== undefined) return
    const soFar = this.#run.metrics()
    const partial: LoadResult = Object.freeze({ ...soFar, ended: 'interrupted', endedBecause: because })
    this.#replace = this.#options.keep(this.#options.finish(partial))
  }

  /** Ends the run, waiting a second at most. */
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
