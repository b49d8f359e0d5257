import { stdoutColors } from '../terminal-colors.ts'

/** Where the command prints its progress. */
export interface CommandScreen {
  /** Says what starts, where no live line does. */
  start(line: string): void
  /** Prints a permanent line. */
  say(line: string): void
  /**
   * Shows the state of a load, which the next call replaces where possible; `undefined` says that the load has ended.
   */
  live(line: string | undefined): void
}

/** Time between progress lines where lines cannot be replaced. */
const SPARSE_MS = 10_000

/**
 * On a terminal, the last line shows the newest state of a load. Elsewhere, and in CI, a line is printed at the start
 * of a load and then every 10 s.
 */
export function createScreen(output: NodeJS.WriteStream): CommandScreen {
  const replaces = output.isTTY && (process.env['CI'] ?? '') === ''
  let shown = false
  /** When the last line about the load was printed; undefined without a load. */
  let printedMs: number | undefined
  const wipe = (): void => {
    if (!shown) return
    output.cursorTo(0)
    output.clearLine(1)
    shown = false
  }
  const sparse = (line: string | undefined): void => {
    if (line === undefined) {
      printedMs = undefined
      return
    }
    const nowMs = performance.now()
    printedMs ??= nowMs
    if (nowMs - printedMs < SPARSE_MS) return
    printedMs = nowMs
    output.write(`${line}\n`)
  }
  return {
    start(line) {
      if (!replaces) output.write(`${line}\n`)
    },
    say(line) {
      wipe()
      output.write(`${line}\n`)
    },
    live(line) {
      if (!replaces) return sparse(line)
      wipe()
      if (line === undefined) return
      output.write(stdoutColors().dim(line.slice(0, Math.max(20, output.columns - 1))))
      shown = true
    },
  }
}
