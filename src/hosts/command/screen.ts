import { stdoutColors } from '../terminal-colors.ts'

/** Where the command prints its progress. */
export interface CommandScreen {
  /** Prints a permanent line. */
  say(line: string): void
  /** Shows the state of a load, which the next call replaces where possible. */
  live(line: string | undefined): void
}

/** Time between progress lines where lines cannot be replaced. */
const SPARSE_MS = 10_000

/**
 * On a terminal, the last line shows the newest state of a load; elsewhere, and in CI, a line is printed from time to
 * time.
 */
export function createScreen(output: NodeJS.WriteStream): CommandScreen {
  const replaces = output.isTTY && (process.env['CI'] ?? '') === ''
  let shown = false
  let saidMs = Number.NEGATIVE_INFINITY
  const wipe = (): void => {
    if (!shown) return
    output.cursorTo(0)
    output.clearLine(1)
    shown = false
  }
  return {
    say(line) {
      wipe()
      output.write(`${line}\n`)
    },
    live(line) {
      if (!replaces) {
        if (line === undefined || performance.now() - saidMs < SPARSE_MS) return
        saidMs = performance.now()
        output.write(`${line}\n`)
        return
      }
      wipe()
      if (line === undefined) return
      output.write(stdoutColors().dim(line.slice(0, Math.max(20, output.columns - 1))))
      shown = true
    },
  }
}
