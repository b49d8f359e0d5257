import type { CommandScreen } from './host.ts'

/** How often a load says how it goes where no line can be replaced. */
const SPARSE_MS = 10_000

/** On a terminal the newest state of a load stands in the last line; elsewhere, and in CI, it is said now and then. */
export function createScreen(output: NodeJS.WriteStream): CommandScreen {
  const replaces = output.isTTY && (process.env['CI'] ?? '') === ''
  let shown = false
  let saidMs = Number.NEGATIVE_INFINITY
  const wipe = (): void => {
    if (shown) output.write('\r\u001B[K')
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
      output.write(line.slice(0, Math.max(20, output.columns - 1)))
      shown = true
    },
  }
}
