import { linkSync, mkdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { Ms } from '../model/units.ts'
import { realDelay, realTime } from '../model/real-time.ts'

/** The holder of the lock, as stored in the file. */
export interface LockHolder {
  readonly pid: number
  /** Distinguishes a process from a later one with the same pid; null where the system does not report it. */
  readonly pidStartedAt: string | null
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

/**
 * Waits until no other load of this user runs on this machine, in any process, because two loads at the same time
 * distort each other. The lock is a file with its holder's pid; it does not count if its holder no longer runs. Calls
 * `onWait` once, after 2 s, with the holder. Rejects with the signal's reason if it aborts first.
 */
export async function acquireMachineLock(
  what: string,
  options: { readonly signal: AbortSignal; readonly folder?: string; readonly onWait?: (holder: LockHolder) => void },
): Promise<MachineLock> {
  const folder = options.folder ?? join(tmpdir(), `describe-load-${userName()}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'load.lock')
  const mine: LockHolder = { pid: process.pid, pidStartedAt: startOf(process.pid), what, token: randomUUID() }
  const startedMs = realTime.now()
  let warned = false
  for (;;) {
    options.signal.throwIfAborted()
    if (acquire(path, mine)) return { release: () => releaseLock(path, mine) }
    const holder = holderOf(path)
    if (holder !== undefined && !isAlive(holder)) removeStale(path, holder)
    else if (holder !== undefined && !warned && realTime.now() - startedMs > WARN_AFTER_MS) {
      warned = true
      options.onWait?.(holder)
    }
    await realDelay(POLL_MS)
  }
}

/** Links are created atomically, so no process reads a partial file. */
function acquire(path: string, mine: LockHolder): boolean {
  const own = `${path}.${mine.token}`
  writeFileSync(own, JSON.stringify(mine))
  try {
    linkSync(own, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    unlinkSync(own)
  }
}

function releaseLock(path: string, mine: LockHolder): void {
  if (holderOf(path)?.token === mine.token) rmSync(path, { force: true })
}

function holderOf(path: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LockHolder
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
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

function isAlive({ pid, pidStartedAt }: LockHolder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
  const started = startOf(pid)
  return pidStartedAt === null || started === null || started === pidStartedAt
}

/** Returns the start time of a process in clock ticks since boot (`/proc/<pid>/stat`, field 22). */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program name in parentheses, which may contain any character.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
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
