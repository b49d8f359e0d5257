import { createHash } from 'node:crypto'
import { isAbsolute, join, posix, relative, resolve, sep } from 'node:path'
import { arch, platform, versions } from 'node:process'
import type { RefTarget } from '../../../model/target.ts'
import { formatPlural } from '../../../wording/figures.ts'
import { CheckoutCache, type Wanted } from './checkout-cache.ts'
import { GitError } from './git.ts'
import { prepareCheckout } from './prepare-checkout.ts'
import { refError } from './ref-error.ts'
import { type Moved, rootsOf } from './relocate.ts'
import { baselineCommit, changedFiles, findRepository, hasNewFiles, type Repository } from './repository.ts'

/** The code of a ref on this machine, ready to be started. */
export interface RefCheckout {
  /** Full id of the commit that was checked out. */
  readonly commit: string
  /** Folder that corresponds to that of the target. */
  readonly directory: string
  /** Where the working tree is, and where the checkout is. */
  readonly moved: Moved
  /**
   * True if the working tree is at the same commit, and no file under version control differs: a comparison would show
   * nothing.
   */
  readonly isCandidate: boolean
  /** Ends the use of the folder. It stays for later runs, until two others are newer. */
  release(): void
}

interface Options {
  /** Working directory of the target. */
  readonly cwd: string
  readonly log: (text: string) => void
  readonly signal: AbortSignal
}

/**
 * Checks out the code of a ref into a git worktree outside of the repository, and prepares it. Nothing in the user's
 * working tree, index or branches changes. A later call for the same commit uses the same folder; one in another
 * process waits while the folder is prepared.
 *
 * Rejects with `LoadTargetError`: `ERR_LOAD_TARGET_REF` if there is no such code, or `ERR_LOAD_TARGET_PREPARE` if its
 * preparation fails; and with the signal's reason if it aborts first. No process of the preparation is left running.
 */
export async function checkOutRef(target: RefTarget, options: Options): Promise<RefCheckout> {
  try {
    return await checkOut(target, options)
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    throw refError(target.ref, `\`${error.command}\` failed`, `run it manually in ${options.cwd}`, error.lines)
  }
}

async function checkOut(target: RefTarget, { cwd, log, signal }: Options): Promise<RefCheckout> {
  const { ref } = target
  const repository = await findRepository(cwd, ref, signal)
  const commit = await baselineCommit(repository, target, signal)
  const isCandidate = await compareToTree(repository, commit, log, signal)
  const prefix = prefixOf(target, cwd, repository)
  const wanted: Wanted = { commit, prefix, preparation: preparationOf(target, prefix) }
  const from = rootsOf(repository, cwd)
  const cache = new CheckoutCache(repository, ref, log)
  const unlock = await cache.lock(signal)
  try {
    const found = await cache.find(wanted)
    const prepare = (to: string): Promise<void> =>
      prepareCheckout(target, { commit, prefix, moved: { from, to } }, log, signal)
    const to = found ?? (await cache.add(wanted, prepare, signal))
    log(`ref ${ref}: commit ${commit.slice(0, 12)} in ${to}${found === undefined ? '' : ', prepared earlier'}`)
    const release = cache.use(to)
    await cache.clean()
    return { commit, directory: join(to, prefix), moved: { from, to }, isCandidate, release }
  } finally {
    unlock()
  }
}

/** Logs what is compared, and returns whether both are the same. */
async function compareToTree(
  { root, head }: Repository,
  commit: string,
  log: (text: string) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const changed = await changedFiles(root, head, signal)
  const difference = changed.length === 0 ? '' : `, with ${formatPlural(changed.length, 'changed file')}`
  log(`compares the working tree (HEAD ${head.slice(0, 12)}${difference}) with commit ${commit.slice(0, 12)}`)
  return commit === head && changed.length === 0 && !(await hasNewFiles(root, signal))
}

/** Returns the path inside the repository of the folder that corresponds to that of the target. */
function prefixOf({ ref, cwd }: RefTarget, targetFolder: string, { root, prefix }: Repository): string {
  if (cwd === undefined) return prefix
  const path = relative(targetFolder, resolve(cwd))
  const inside = posix.join(prefix, path.replaceAll(sep, '/'))
  // On Windows, the relative path to another drive is absolute.
  if (!/^\.\.(?:\/|$)/.test(inside) && !isAbsolute(path)) return inside === '.' ? '' : inside
  throw refError(ref, `folder ${resolve(cwd)} is not inside the repository ${root}`, 'correct cwd')
}

/** Names a preparation by all that its result depends on. Compiled packages depend on the version of Node. */
function preparationOf({ prepare }: RefTarget, prefix: string): string {
  const key = prepare === undefined ? [prefix] : [prepare, prefix, versions.modules, platform, arch]
  return createHash('sha256').update(JSON.stringify(key)).digest('hex')
}
