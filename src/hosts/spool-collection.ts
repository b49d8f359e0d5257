import type { Ms } from '../model/units.ts'
import { announcedPids, readSpool } from './spool.ts'
import type { SpooledLoad } from './spool.ts'

/** A process that got the same Ctrl-C writes within this time; one that did not is told. */
const TELL_AFTER_MS: Ms = 100
/** Nobody waits longer than this for a process that is being interrupted. */
const LIMIT_MS: Ms = 800
const POLL_MS: Ms = 10

/**
 * What the interrupted test processes wrote down. Blocks for as long as they need: this is for an exit handler, after
 * which nothing runs any more.
 */
export function collectSpool(folder: string): readonly SpooledLoad[] {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  const told = new Set<number>()
  for (let waitedMs = 0; waitedMs < LIMIT_MS; waitedMs += POLL_MS) {
    const pids = announcedPids(folder)
    if (pids.length === 0) break
    for (const pid of pids) {
      if (waitedMs >= TELL_AFTER_MS && !told.has(pid)) {
        told.add(pid)
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
    // It is gone; what it wrote before is all there is.
  }
}
