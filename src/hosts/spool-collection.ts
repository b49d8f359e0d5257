import type { Ms } from '../model/units.ts'
import { isAlive } from '../run/process-identity.ts'
import { announcedProcesses, readSpool } from './spool.ts'
import type { SpooledLoad } from './spool.ts'

/** A process that received the same Ctrl-C writes within this time; after it, the others get a signal. */
const SIGNAL_AFTER_MS: Ms = 100
/** Maximum time to wait for interrupted processes, which on a busy machine first need a core. */
const LIMIT_MS: Ms = 4_000
const POLL_MS: Ms = 10

/**
 * Returns what the interrupted test processes wrote. Blocks until they have written, because an exit handler cannot
 * wait asynchronously.
 */
export function collectSpool(folder: string): readonly SpooledLoad[] {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  const signalled = new Set<number>()
  for (let waitedMs = 0; waitedMs < LIMIT_MS; waitedMs += POLL_MS) {
    const running = announcedProcesses(folder).filter(isAlive)
    if (running.length === 0) break
    for (const { pid } of running) {
      if (waitedMs >= SIGNAL_AFTER_MS && !signalled.has(pid)) {
        signalled.add(pid)
        interrupt(pid)
      }
    }
    Atomics.wait(pause, 0, 0, POLL_MS)
  }
  return readSpool(folder)
}

function interrupt(pid: number): void {
  try {
    process.kill(pid, 'SIGINT')
  } catch {
    // The process no longer exists; only what it wrote before is available.
  }
}
