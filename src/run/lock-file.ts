import { linkSync, lstatSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { realDelay, realTime } from '../model/real-time.ts'
import { messageOf } from '../model/thrown.ts'
import type { Ms } from '../model/units.ts'
import { isForeign, type OnPathFault } from './private-folder.ts'
import { livenessOf, type ProcessIdentity, readIdentity, thisProcess } from './process-identity.ts'

/** The holder of a lock, as stored in its file. */
export interface LockHolder extends ProcessIdentity {
  /** What the holder does, shown to those that wait. */
  readonly what: string
  readonly token: string
}

/** The result of a try: the lock, or the process that holds it, unless that has ended meanwhile. */
export type LockAttempt<Lock> = { readonly lock: Lock } | { readonly holder: LockHolder | undefined }

interface WaitOptions {
  readonly signal: AbortSignal
  /** Called once, after 2 s, with the holder. */
  readonly onWait?: ((holder: LockHolder) => void) | undefined
}

const POLL_MS: Ms = 50
const WARN_AFTER_MS: Ms = 2_000

/** A takeover takes microseconds; an older one was abandoned by a process that died. */
const TAKEOVER_LIMIT_MS: Ms = 5_000

/** Interval at which a holder touches its file. */
const TOUCH_MS: Ms = 5_000
/** Time without a touch after which a lock does not count if the system does not report whether its holder runs. */
const UNTOUCHED_LIMIT_MS: Ms = 30_000
/** Time that one try observes at most. */
const OBSERVED_MS: Ms = 1_000

interface LockOptions {
  /** Default 5 s. */
  readonly touchMs?: Ms
  /** Monotonic clock. */
  readonly now?: () => Ms
}

/**
 * A lock between the processes of this user: a file with its holder's pid. It does not count if its holder no longer
 * runs, so a killed process leaves no lock behind.
 *
 * Only Linux reports since when a process runs. Elsewhere another process may have the pid of a killed holder, so holders
 * touch their files, and a lock that stays untouched for 30 s does not count. The process that waits counts this time by
 * its own tries, at most 1 s for each: after the machine slept, a holder has time to touch its file. A holder that was
 * suspended alone loses its lock. Its run is invalid anyway, and it removes no lock of another process when it resumes.
 */
export class LockFile {
  readonly path: string
  readonly #error: OnPathFault
  readonly #touchMs: Ms
  readonly #now: () => Ms
  #touching: NodeJS.Timeout | undefined
  /** The last state of another holder's file, and how long it has not changed. */
  #seen: { readonly state: string; readonly atMs: Ms; readonly unchangedMs: Ms } | undefined

  /** Throws the errors that `error` creates. */
  constructor(path: string, error: OnPathFault, { touchMs = TOUCH_MS, now = realTime.now }: LockOptions = {}) {
    this.path = path
    this.#error = error
    this.#touchMs = touchMs
    this.#now = now
  }

  /**
   * Tries once to acquire the lock, which is a function that releases it synchronously. Throws if the file is not a lock
   * of this user.
   */
  tryAcquire(what: string): LockAttempt<() => void> {
    const mine: LockHolder = { ...thisProcess(), what, token: randomUUID() }
    if (this.#acquire(mine)) {
      this.#touching = realTime.setInterval(() => this.#touch(mine), this.#touchMs).unref()
      return { lock: () => this.#release(mine) }
    }
    const holder = this.#holder()
    if (holder === undefined) return { holder }
    const liveness = livenessOf(holder)
    if (liveness === 'alive' || (liveness === 'unknown' && this.#untouchedMs(holder) <= UNTOUCHED_LIMIT_MS)) {
      return { holder }
    }
    this.#removeStale(holder)
    return { holder: undefined }
  }

  #touch({ token }: LockHolder): void {
    try {
      if (this.#holder()?.token === token) utimesSync(this.path, new Date(), new Date())
    } catch {
      // The file is not this lock any more, or not writable. Then others may take the lock.
    }
  }

  /** Returns for how long the tries of this process have seen no touch. */
  #untouchedMs({ token }: LockHolder): Ms {
    const atMs = this.#now()
    const state = `${token} ${statSync(this.path, { throwIfNoEntry: false })?.mtimeMs}`
    const before = this.#seen?.state === state ? this.#seen : undefined
    const observedMs = before === undefined ? 0 : Math.min(atMs - before.atMs, OBSERVED_MS)
    const unchangedMs = (before?.unchangedMs ?? 0) + observedMs
    this.#seen = { state, atMs, unchangedMs }
    return unchangedMs
  }

  /** Links are created atomically, so no process reads a partial file. */
  #acquire(mine: LockHolder): boolean {
    const own = `${this.path}.${mine.token}`
    try {
      writeFileSync(own, JSON.stringify(mine), { flag: 'wx' })
      linkSync(own, this.path)
      return true
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false
      throw this.#error(this.path, `cannot be written (${messageOf(error)})`, 'not-writable')
    } finally {
      rmSync(own, { force: true })
    }
  }

  #release({ token }: LockHolder): void {
    realTime.clearInterval(this.#touching)
    try {
      if (this.#holder()?.token === token) rmSync(this.path, { force: true })
    } catch {
      // The file is not this lock any more. The next process reports why it cannot use the file.
    }
  }

  /** Returns the holder of the lock; undefined if there is none. Throws if the file is not a lock of this user. */
  #holder(): LockHolder | undefined {
    const stat = lstatSync(this.path, { throwIfNoEntry: false })
    if (stat === undefined) return undefined
    if (!stat.isFile()) throw this.#notALock('is not a file')
    if (isForeign(stat)) throw this.#error(this.path, 'belongs to another user', 'of-another-user')
    let text: string
    try {
      text = readFileSync(this.path, 'utf8')
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw this.#notALock(`cannot be read (${messageOf(error)})`)
    }
    const holder = readIdentity(text)
    if (holder === undefined) throw this.#notALock(text === '' ? 'is empty' : 'is not a lock of describe-load')
    const { what, token } = JSON.parse(text) as Partial<LockHolder>
    return { ...holder, what: String(what), token: String(token) }
  }

  #notALock(what: string): Error {
    return this.#error(this.path, what, 'unexpected')
  }

  /**
   * Only one waiter may remove a stale lock: a second one would remove the lock that the first has acquired meanwhile.
   */
  #removeStale(stale: LockHolder): void {
    const takeover = `${this.path}.takeover`
    try {
      writeFileSync(takeover, '', { flag: 'wx' })
    } catch {
      const ageMs = Date.now() - (statSync(takeover, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
      if (ageMs > TAKEOVER_LIMIT_MS) rmSync(takeover, { force: true })
      return
    }
    try {
      if (this.#holder()?.token === stale.token) rmSync(this.path, { force: true })
    } finally {
      rmSync(takeover, { force: true })
    }
  }
}

/** Tries until it gets the lock. Rejects with the signal's reason if it aborts first. */
export async function waitForLock<Lock>(
  attempt: () => LockAttempt<Lock>,
  { signal, onWait }: WaitOptions,
): Promise<Lock> {
  const startedMs = realTime.now()
  let warned = false
  for (;;) {
    signal.throwIfAborted()
    const result = attempt()
    if ('lock' in result) return result.lock
    if (result.holder !== undefined && !warned && realTime.now() - startedMs > WARN_AFTER_MS) {
      warned = true
      onWait?.(result.holder)
    }
    await realDelay(POLL_MS)
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
