import { linkSync, lstatSync, mkdirSync, readFileSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { LoadError } from '../model/errors.ts'
import { messageOf } from '../model/thrown.ts'
import type { Ms } from '../model/units.ts'
import { isAlive, type ProcessIdentity, readIdentity, thisProcess } from './process-identity.ts'
import { realDelay, realTime } from '../model/real-time.ts'

/** The holder of the lock, as stored in the file. */
export interface LockHolder extends ProcessIdentity {
  /** The test that holds the lock, shown to those that wait. */
  readonly what: string
  readonly token: string
}

export interface MachineLock {
  /** Releases the lock synchronously, so that an exit handler can call it. */
  release(): void
}

const POLL_MS: Ms = 50
const WARN_AFTER_MS: Ms = 2_000
/** A takeover takes microseconds; an older one was abandoned by a process that died. */
const TAKEOVER_LIMIT_MS: Ms = 5_000

interface LockOptions {
  readonly signal: AbortSignal
  readonly folder?: string
  readonly onWait?: (holder: LockHolder) => void
  /**
   * The load may run at the same time as other loads of this thread: its author started them together. A load that
   * waited for another one of the same code could wait forever.
   */
  readonly isShared?: boolean
}

/** A lock that this thread holds, for one load or for several shared ones. */
interface HeldLock {
  readonly mine: LockHolder
  /** True if the load that acquired it is shared; others then join it. */
  readonly isShared: boolean
  loads: number
}

/** By the path of the lock. */
const heldHere = new Map<string, HeldLock>()

/**
 * Waits until no other load of this user runs on this machine, in any process, because two loads at the same time
 * distort each other. The lock is a file with its holder's pid; it does not count if its holder no longer runs. Calls
 * `onWait` once, after 2 s, with the holder. Rejects with the signal's reason if it aborts first, and with `LoadError`
 * (`ERR_LOAD_LOCK`) if the file is not a lock of this user.
 */
export async function acquireMachineLock(what: string, options: LockOptions): Promise<MachineLock> {
  const folder = options.folder ?? lockFolder()
  openFolder(folder)
  const path = join(folder, 'load.lock')
  const mine: LockHolder = { ...thisProcess(), what, token: randomUUID() }
  const isShared = options.isShared === true
  const startedMs = realTime.now()
  let warned = false
  for (;;) {
    options.signal.throwIfAborted()
    const held = heldHere.get(path)
    if (held !== undefined && (isShared || held.isShared)) return shareOf(path, held)
    if (acquire(path, mine)) {
      const first: HeldLock = { mine, isShared, loads: 0 }
      heldHere.set(path, first)
      return shareOf(path, first)
    }
    const holder = holderOf(path)
    if (holder !== undefined && !isAlive(holder)) removeStale(path, holder)
    else if (holder !== undefined && !warned && realTime.now() - startedMs > WARN_AFTER_MS) {
      warned = true
      options.onWait?.(holder)
    }
    await realDelay(POLL_MS)
  }
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
      releaseLock(path, held.mine)
    },
  }
}

/** Returns the folder that the processes of this user share. */
export function lockFolder(): string {
  return join(tmpdir(), `describe-load-${userName()}`)
}

/** Creates the folder of the lock. Another user may have created one of that name in the temporary folder before. */
function openFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const stat = lstatSync(folder)
    if (!stat.isDirectory()) throw lockError(folder, 'is not a folder')
    if (isForeign(stat)) throw lockError(folder, 'belongs to another user', FOREIGN)
  } catch (error) {
    throw error instanceof LoadError ? error : lockError(folder, `cannot be used (${messageOf(error)})`, UNUSABLE)
  }
}

/** Links are created atomically, so no process reads a partial file. */
function acquire(path: string, mine: LockHolder): boolean {
  const own = `${path}.${mine.token}`
  try {
    writeFileSync(own, JSON.stringify(mine), { flag: 'wx' })
    linkSync(own, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw lockError(path, `cannot be written (${messageOf(error)})`, UNUSABLE)
  } finally {
    rmSync(own, { force: true })
  }
}

function releaseLock(path: string, mine: LockHolder): void {
  try {
    if (holderOf(path)?.token === mine.token) rmSync(path, { force: true })
  } catch {
    // The file is not this lock any more. The next load reports why it cannot use the file.
  }
}

/**
 * Returns the holder of the lock; undefined if there is none. Throws `LoadError` if the file is not a lock of this
 * user.
 */
function holderOf(path: string): LockHolder | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  if (!stat.isFile()) throw lockError(path, 'is not a file')
  if (isForeign(stat)) throw lockError(path, 'belongs to another user', FOREIGN)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw lockError(path, `cannot be read (${messageOf(error)})`)
  }
  const holder = readIdentity(text)
  if (holder === undefined) throw lockError(path, text === '' ? 'is empty' : 'is not a lock of describe-load')
  const { what, token } = JSON.parse(text) as Partial<LockHolder>
  return { ...holder, what: String(what), token: String(token) }
}

function isForeign({ uid }: Stats): boolean {
  return process.getuid !== undefined && uid !== process.getuid()
}

/** For example, the disk is full. */
const UNUSABLE = 'set TMPDIR to a folder that can be written and has free space'
/** Only the owner can remove it from the temporary folder. */
const FOREIGN = 'set TMPDIR to a folder of yours, or ask its owner to remove it'

function lockError(path: string, what: string, remedy = `remove ${path}`): LoadError {
  return new LoadError(
    'ERR_LOAD_LOCK',
    `${path} ${what}, so this load cannot wait for other loads on this machine\n    → ${remedy}`,
  )
}

/**
 * Only one waiter may remove a stale lock: a second one would remove the lock that the first has acquired meanwhile.
 */
function removeStale(path: string, stale: LockHolder): void {
  const takeover = `${path}.takeover`
  try {
    writeFileSync(takeover, '', { flag: 'wx' })
  } catch {
    const ageMs = Date.now() - (statSync(takeover, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (ageMs > TAKEOVER_LIMIT_MS) rmSync(takeover, { force: true })
    return
  }
  try {
    if (holderOf(path)?.token === stale.token) rmSync(path, { force: true })
  } finally {
    rmSync(takeover, { force: true })
  }
}

function userName(): string {
  try {
    return userInfo().username.replace(/[^\w.-]/g, '_')
  } catch {
    return 'user'
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
