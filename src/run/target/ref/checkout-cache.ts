import { createHash, randomBytes } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { messageOf } from '../../../model/thrown.ts'
import { writeWhole } from '../../../report/write.ts'
import { LockFile, waitForLock } from '../../lock-file.ts'
import { openPrivateFolder } from '../../private-folder.ts'
import { isAlive, readIdentity, thisProcess } from '../../process-identity.ts'
import { cacheError, openCacheFolder } from './cache-folder.ts'
import { askGit, git } from './git.ts'
import { changedFiles, type Repository } from './repository.ts'

/** What a checkout was prepared for. */
export interface Wanted {
  readonly commit: string
  /** Path inside the checkout of the folder that it was prepared for. */
  readonly prefix: string
  /** Names the preparation; checkouts of one commit that were prepared differently are separate. */
  readonly preparation: string
}

/** A checkout whose preparation has succeeded, as stored in the file beside its folder. */
interface Prepared extends Wanted {
  /** Files under version control that the preparation changed. */
  readonly changed: readonly string[]
}

/**
 * For each folder of the repository that is a target, this many checkouts are kept for later runs: usually those of the
 * main branch before and after a merge.
 */
const KEPT = 2

/** File with the path of git's data, which shows whether the repository still exists. */
const REPOSITORY = 'repository'
const CHECKOUT = /^[\da-f]{12}-[\da-f]{6}$/

/**
 * The worktrees of one repository that this package has created. Each is a folder `<commit>-<random>`, with these files
 * beside it: `<folder>.json` once its preparation has succeeded, and `<folder>.<random>.use` for each process that uses
 * it. A folder without the first is left over from a process that was killed. A new attempt gets a new folder, so it
 * does not need to wait until the processes of the old one have ended.
 *
 * All methods but `use` require the lock.
 */
export class CheckoutCache {
  readonly #repository: Repository
  readonly #ref: string
  readonly #log: (text: string) => void
  readonly #folder: string

  constructor(repository: Repository, ref: string, log: (text: string) => void) {
    this.#repository = repository
    this.#ref = ref
    this.#log = log
    const all = openCacheFolder(ref, log)
    const { commonDir } = repository
    // The folder of a repository's data is usually `.git`; that of a submodule has the submodule's name.
    const name = basename(commonDir) === '.git' ? basename(dirname(commonDir)) : basename(commonDir, '.git')
    this.#folder = join(all, `${name}-${createHash('sha256').update(commonDir).digest('hex').slice(0, 8)}`)
    openPrivateFolder(this.#folder, cacheError(ref))
    writeWhole(join(this.#folder, REPOSITORY), commonDir)
  }

  /** Waits for other processes that prepare a checkout of this repository. Returns a function that releases the lock. */
  lock(signal: AbortSignal): Promise<() => void> {
    const file = new LockFile(join(this.#folder, 'lock'), cacheError(this.#ref))
    const what = `the preparation of ref '${this.#ref}'`
    return waitForLock(() => file.tryAcquire(what), {
      signal,
      onWait: (holder) => this.#log(`waits for ${holder.what} in process ${holder.pid}`),
    })
  }

  /** Returns the path of a checkout that is prepared and unchanged; undefined if there is none. */
  async find(wanted: Wanted): Promise<string | undefined> {
    for (const [name, prepared] of this.#prepared()) {
      if (prepared.commit !== wanted.commit || prepared.preparation !== wanted.preparation) continue
      const path = join(this.#folder, name)
      if ((await askGit(path, ['rev-parse', 'HEAD'])) === wanted.commit) {
        if (!this.#isUsed(name)) await this.#restore(path, prepared)
        return path
      }
      this.#log(`the checkout ${path} was changed`)
      if (!this.#isUsed(name)) await this.#remove(name)
    }
    return undefined
  }

  /** A server may write to files under version control. Restores them, except those that the preparation changed. */
  async #restore(path: string, { commit, changed }: Prepared): Promise<void> {
    const files = (await changedFiles(path, commit)).filter((file) => !changed.includes(file))
    if (files.length > 0) await git(path, ['checkout', '--force', commit, '--', ...files])
  }

  /** Checks out a commit into a new folder. Removes it if `prepare` rejects. */
  async add(wanted: Wanted, prepare: (path: string) => Promise<void>, signal: AbortSignal): Promise<string> {
    const { commit } = wanted
    const name = `${commit.slice(0, 12)}-${randomBytes(3).toString('hex')}`
    const path = join(this.#folder, name)
    try {
      await git(this.#repository.root, ['worktree', 'add', '--detach', path, commit], signal)
      await prepare(path)
      const prepared: Prepared = { ...wanted, changed: await changedFiles(path, commit, signal) }
      writeWhole(`${path}.json`, JSON.stringify(prepared))
      return path
    } catch (error) {
      await this.#remove(name)
      throw error
    }
  }

  /** Keeps a checkout until the returned function is called or this process has ended. */
  use(path: string): () => void {
    const mark = `${path}.${randomBytes(6).toString('hex')}.use`
    writeFileSync(mark, JSON.stringify(thisProcess()))
    const now = new Date()
    utimesSync(`${path}.json`, now, now)
    return () => rmSync(mark, { force: true })
  }

  /**
   * Removes what killed processes have left over, and all checkouts but those used last. Does not reject:
   * what cannot be removed now, because a process still writes there, is left for the next use.
   */
  async clean(): Promise<void> {
    try {
      const prepared = this.#prepared().sort(([left], [right]) => this.#usedMs(right) - this.#usedMs(left))
      const byPrefix = Object.values(Object.groupBy(prepared, ([, { prefix }]) => prefix))
      const kept = new Set(byPrefix.flatMap((entries) => entries?.slice(0, KEPT) ?? []).map(([name]) => name))
      for (const name of await this.#allNames()) {
        if (!kept.has(name) && !this.#isUsed(name)) await this.#remove(name)
      }
      await this.#removeGone()
    } catch (error) {
      this.#log(`old checkouts could not be removed: ${messageOf(error)}`)
    }
  }

  /** Names of all checkouts, including those that only git or only the file system still has. */
  async #allNames(): Promise<ReadonlySet<string>> {
    const listed = (await git(this.#repository.root, ['worktree', 'list', '--porcelain']))
      .split(/\r?\n/)
      .flatMap((line) => (line.startsWith('worktree ') ? [resolve(line.slice('worktree '.length))] : []))
      .filter((path) => dirname(path) === this.#folder)
    const names = readdirSync(this.#folder).map((name) => name.replace(/\..*$/, ''))
    return new Set([...listed.map((path) => basename(path)), ...names].filter((name) => CHECKOUT.test(name)))
  }

  async #remove(name: string): Promise<void> {
    const path = join(this.#folder, name)
    try {
      rmSync(`${path}.json`, { force: true })
      await rm(path, { recursive: true, force: true, maxRetries: 3 })
      for (const file of readdirSync(this.#folder)) {
        if (file.startsWith(`${name}.`)) rmSync(join(this.#folder, file), { force: true })
      }
      // Forgets the folder, also if git has locked it. \`git worktree prune\` would affect the user's own worktrees.
      await askGit(this.#repository.root, ['worktree', 'remove', '--force', '--force', path])
      this.#log(`removed the checkout ${path}`)
    } catch (error) {
      this.#log(`the checkout ${path} could not be removed: ${messageOf(error)}`)
    }
  }

  /** Removes the checkouts of repositories that no longer exist. */
  async #removeGone(): Promise<void> {
    const all = dirname(this.#folder)
    for (const name of readdirSync(all)) {
      const folder = join(all, name)
      const commonDir = textOf(join(folder, REPOSITORY))
      if (commonDir === undefined || existsSync(commonDir) || hasUsers(folder, '')) continue
      await rm(folder, { recursive: true, force: true })
    }
  }

  #prepared(): [string, Prepared][] {
    return readdirSync(this.#folder).flatMap((file): [string, Prepared][] => {
      const name = basename(file, '.json')
      if (!CHECKOUT.test(name) || name === file || !isFolder(join(this.#folder, name))) return []
      const prepared = readPrepared(textOf(join(this.#folder, file)))
      return prepared === undefined ? [] : [[name, prepared]]
    })
  }

  #usedMs(name: string): number {
    return statSync(join(this.#folder, `${name}.json`), { throwIfNoEntry: false })?.mtimeMs ?? 0
  }

  #isUsed(name: string): boolean {
    return hasUsers(this.#folder, `${name}.`)
  }
}

/** Returns whether a running process uses a checkout; `prefix` selects the checkouts by their names. */
function hasUsers(folder: string, prefix: string): boolean {
  return readdirSync(folder).some((file) => {
    if (!file.startsWith(prefix) || !file.endsWith('.use')) return false
    const user = readIdentity(textOf(join(folder, file)) ?? '')
    if (user !== undefined && isAlive(user)) return true
    rmSync(join(folder, file), { force: true })
    return false
  })
}

function readPrepared(text: string | undefined): Prepared | undefined {
  try {
    return JSON.parse(text ?? '') as Prepared
  } catch {
    return undefined
  }
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

/** Returns the text of a file; undefined if it is not readable. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
