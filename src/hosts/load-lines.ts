import type { ChalkInstance } from 'chalk'
import { realTime } from '../model/real-time.ts'
import type { Ms } from '../model/units.ts'
import { progressLine } from '../report/live/progress-line.ts'
import type { Progress } from '../report/live/progress.ts'
import { stderrColors } from './terminal-colors.ts'

/** Minimum time between two lines about one load. */
const SPARSE_MS: Ms = 10_000

/** Times the lines about a running load where lines cannot be overwritten, such as in a CI log. */
export class SparseLines {
  readonly #now: () => Ms
  #printedMs: Ms

  constructor(now: () => Ms = realTime.now) {
    this.#now = now
    // Prints the first line only after a while, because a short run does not need one.
    this.#printedMs = now()
  }

  /** Returns whether to print a line now. */
  isDue(): boolean {
    const nowMs = this.#now()
    if (nowMs - this.#printedMs < SPARSE_MS) return false
    this.#printedMs = nowMs
    return true
  }
}

/** Returns a line, or the first of several, with the label of lines about loads. */
export function labelled(text: string, { cyan }: ChalkInstance): string {
  return ` ${cyan('load')}  ${text}`
}

/** Returns a function that prints lines about a running load on stderr, sparsely. */
export function sparseProgress(colors: () => ChalkInstance = stderrColors): (progress: Progress) => void {
  const sparse = new SparseLines()
  return (progress) => {
    if (sparse.isDue()) process.stderr.write(`${labelled(progressLine(progress), colors())}\n`)
  }
}
