import { messageOf } from '../model/thrown.ts'
import { spoolRecord } from './spool.ts'
import type { SpooledLoad } from './spool.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** How a running load reacts when its process is terminated. */
interface Interruptible {
  /** Returns the figures so far, marked as interrupted. Called once; must be synchronous and fast. */
  interrupt(signal: NodeJS.Signals): SpooledLoad
  /** Releases what other processes wait for; called after the record has been written. */
  release(): void
}

const running = new Set<Interruptible>()

/**
 * On Ctrl-C (or SIGTERM) during a load, first writes the figures so far, because the host's main process exits without
 * waiting for its children. Then the process ends as it would without describe-load. Returns a function that removes
 * the handlers.
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
  for (const load of running) {
    try {
      spoolRecord(load.interrupt(signal))
    } catch (error) {
      // The other loads still need to be written and released, and the process must end as it would without this one.
      process.stderr.write(`describe-load: the figures of an interrupted load were not written: ${messageOf(error)}\n`)
    }
    load.release()
  }
  running.clear()
  // Only now: without a listener, a second signal would end the process before it has written.
  for (const name of SIGNALS) process.removeListener(name, endBy)
  // The handler disabled the default action, which ends the process. Sends the signal again, unless other listeners
  // handle it.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
}
