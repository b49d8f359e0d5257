import { join } from 'node:path'
import { LoadError } from '../model/errors.ts'
import { type LockAttempt, LockFile, type LockHolder, waitForLock } from '../run/lock-file.ts'
import { openPrivateFolder, type PathFault, userFolder } from '../run/private-folder.ts'

export interface MachineLock {
  /** Releases the lock synchronously, so that an exit handler can call it. */
  release(): void
}

/** The holder of the lock that a load waits for. */
export interface WaitedFor extends LockHolder {
  /** Path of the lock. */
  readonly path: string
}

interface LockOptions {
  readonly signal: AbortSignal
  readonly folder?: string
  readonly onWait?: (holder: WaitedFor) => void
  /**
   * The load may run at the same time as other loads of this thread: its author started them together. A load that
   * waited for another one of the same code could wait forever.
   */
  readonly isShared?: boolean
}

/** A lock that this thread holds, for one load or for several shared ones. */
interface HeldLock {
  readonly release: () => void
  /** True if the load that acquired it is shared; others then join it. */
  readonly isShared: boolean
  loads: number
}

/** By the path of the lock. */
const heldHere = new Map<string, HeldLock>()

/**
 * Waits until no other load of this user runs on this machine, in any process, because two loads at the same time
 * distort each other. Calls `onWait` once, after 2 s, with the holder. Rejects with the signal's reason if it aborts
 * first, and with `LoadError` (`ERR_LOAD_LOCK`) if the file is not a lock of this user.
 */
export async function acquireMachineLock(what: string, options: LockOptions): Promise<MachineLock> {
  const folder = options.folder ?? userFolder()
  openPrivateFolder(folder, lockError)
  const file = new LockFile(join(folder, 'load.lock'), lockError)
  const isShared = options.isShared === true
  const attempt = (): LockAttempt<MachineLock> => {
    const held = heldHere.get(file.path)
    if (held !== undefined && (isShared || held.isShared)) return { lock: shareOf(file.path, held) }
    const tried = file.tryAcquire(what)
    if (!('lock' in tried)) return tried
    const first: HeldLock = { release: tried.lock, isShared, loads: 0 }
    heldHere.set(file.path, first)
    return { lock: shareOf(file.path, first) }
  }
  const { signal, onWait } = options
  return waitForLock(attempt, { signal, onWait: (holder) => onWait?.({ ...holder, path: file.path }) })
}

/** Adds a load to a held lock, which is released when the last of its loads releases it. */
function shareOf(path: string, held: HeldLock): MachineLock {
  held.loads++
  let isReleased = false
  return {
    release() {
      if (isReleased) return
      isReleased = true
      held.loads--
      if (held.loads > 0) return
      heldHere.delete(path)
      held.release()
    },
  }
}

const REMEDIES: Readonly<Record<PathFault, (path: string) => string>> = {
  // For example, the disk is full.
  'not-writable': () => 'set TMPDIR to a folder that can be written and has free space',
  // Only the owner can remove it from the temporary folder.
  'of-another-user': () => 'set TMPDIR to a folder of yours, or ask its owner to remove it',
  unexpected: (path) => `remove ${path}`,
}

function lockError(path: string, what: string, fault: PathFault): LoadError {
  const remedy = REMEDIES[fault](path)
  return new LoadError(
    'ERR_LOAD_LOCK',
    `${path} ${what}, so this load cannot wait for other loads on this machine\n    → ${remedy}`,
  )
}
