import { spoolRecord } from './spool.ts'
import type { SpooledLoad } from './spool.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** What a running load does when its process is told to end. */
interface Interruptible {
  /** Everything so far, marked as interrupted. Called once, and must return at once. */
  interrupt(signal: NodeJS.Signals): SpooledLoad
  /** Gives back what other processes wait for; called after the record has been written. */
  release(): void
}

const running = new Set<Interruptible>()

/**
 * While a load runs, a Ctrl-C (or a SIGTERM) first writes down what was measured so far: the host's main process is
 * about to exit without asking anybody. Then the process ends as it would have without us. Returns how to stop watching.
 */
export function onInterruption(load: Interruptible): () => void {
  if (running.size === 0) for (const signal of SIGNALS) process.prependListener(signal, endBy)
  running.add(load)
  return () => {
    running.delete(load)
    if (running.size === 0) for (const signal of SIGNALS) process.removeListener(signal, endBy)
  }
}

function endBy(signal: NodeJS.Signals): void {
  for (const name of SIGNALS) process.removeListener(name, endBy)
  for (const load of running) {
    spoolRecord(load.interrupt(signal))
    load.release()
  }
  running.clear()
  // Ours kept the signal from its default, which is to end the process; with listeners of others it is their affair.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
}
