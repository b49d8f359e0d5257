import type { Vitest } from 'vitest/node'
import { followed, type FollowedLoad, type LinePart, liveLine } from '../../report/live/live-line.ts'
import { progressLine } from '../../report/live/progress-line.ts'
import type { Progress } from '../../report/live/progress.ts'
import { labelled, SparseLines } from '../load-lines.ts'
import { stdoutColors } from '../terminal-colors.ts'
import { valueAt } from './value-at.ts'
import type { ReportConsole } from './report-console.ts'

const LABEL_COLUMNS = ' load  '.length

interface RunningLoad extends FollowedLoad {
  readonly sparse: SparseLines
}

/**
 * Shows the progress of running loads: one line each inside Vitest's live window if there is one, else a line every few
 * seconds.
 */
export class LiveLines {
  readonly #vitest: Vitest
  readonly #console: ReportConsole
  readonly #running = new Map<string, RunningLoad>()
  #inWindow = false

  constructor(vitest: Vitest, console: ReportConsole) {
    this.#vitest = vitest
    this.#console = console
  }

  /** Joins the window of the default reporter. Call it once, after all reporters are set up. */
  join(): void {
    const window = summaryOf(this.#vitest)
    // Vitest draws the window only on a terminal.
    if (window === undefined || this.#inWindow || !process.stdout.isTTY) return
    this.#inWindow = true
    const draw = window.createSummary.bind(window)
    window.createSummary = () => [...draw(), ...this.#lines(), ...(this.#running.size > 0 ? [''] : [])]
  }

  /** Clears Vitest's window, which Vitest leaves on the terminal when a signal ends it. */
  clear(): void {
    const renderer = valueAt(summaryOf(this.#vitest), 'renderer')
    const finish = valueAt(renderer, 'finish')
    if (this.#inWindow && typeof finish === 'function') Reflect.apply(finish, renderer, [])
  }

  update(id: string, progress: Progress): void {
    const before = this.#running.get(id)
    const sparse = before?.sparse ?? new SparseLines()
    this.#running.set(id, { ...followed(before, progress), sparse })
    if (this.#inWindow || this.#console.isBrief || !sparse.isDue()) return
    this.#console.log(labelled(progressLine(progress), stdoutColors()))
  }

  end(id: string): void {
    this.#running.delete(id)
  }

  #lines(): readonly string[] {
    const columns = (process.stdout.columns || 80) - 1 - LABEL_COLUMNS
    return [...this.#running.values()].map((load) =>
      labelled(liveLine(load, columns).map(colored).join(''), stdoutColors()),
    )
  }
}

/** Colors that are readable on light and on dark backgrounds. */
function colored({ text, tone }: LinePart): string {
  const { dim, red, yellow } = stdoutColors()
  return { plain: (plain: string) => plain, faint: dim, bad: red, warning: yellow }[tone](text)
}

interface Summary {
  createSummary: () => string[]
}

/** The reporters and their summary are not part of Vitest's public API; without them, plain lines are printed. */
function summaryOf(vitest: Vitest): Summary | undefined {
  const reporters: unknown = Reflect.get(vitest, 'reporters')
  if (!Array.isArray(reporters)) return undefined
  return reporters
    .map((reporter: unknown): unknown => (isObject(reporter) ? Reflect.get(reporter, 'summary') : undefined))
    .find(isSummary)
}

function isSummary(value: unknown): value is Summary {
  return isObject(value) && typeof Reflect.get(value, 'createSummary') === 'function'
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
