import { existsSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { nearestName } from '../../../model/nearest-name.ts'
import type { RefTarget } from '../../../model/target.ts'
import { askGit, git, GitError } from './git.ts'
import { refError } from './ref-error.ts'

/** The git repository of the code that runs the test. */
export interface Repository {
  /** Top folder of the working tree. */
  readonly root: string
  /** Path inside `root` of the folder it was found from, with `/` as separator; empty for `root` itself. */
  readonly prefix: string
  /** Folder with git's data, which all worktrees of the repository share. */
  readonly commonDir: string
  readonly isShallow: boolean
  /** Commit of `HEAD`. */
  readonly head: string
}

/** Finds the repository of a folder. Rejects with `LoadTargetError` if git cannot read one there. */
export async function findRepository(cwd: string, ref: string, signal: AbortSignal): Promise<Repository> {
  const questions = ['--show-toplevel', '--show-prefix', '--git-common-dir', '--is-shallow-repository']
  let answers: readonly string[]
  try {
    answers = (await git(cwd, ['rev-parse', ...questions], signal)).split(/\r?\n/)
  } catch (error) {
    throw error instanceof GitError ? unreadable(cwd, ref, error) : error
  }
  const [root = '', prefix = '', commonDir = '', isShallow] = answers
  const head = await commitOf(cwd, 'HEAD', signal)
  if (head === undefined) {
    throw refError(ref, `the repository ${resolve(root)} has no commit yet`, 'commit the code to compare with')
  }
  return {
    root: resolve(root),
    prefix: prefix.replace(/\/$/, ''),
    commonDir: realpathSync(resolve(cwd, commonDir)),
    isShallow: isShallow === 'true',
    head,
  }
}

function unreadable(cwd: string, ref: string, { isMissing, lines }: GitError): Error {
  if (!existsSync(cwd)) return refError(ref, `folder ${cwd} does not exist`, 'correct cwd')
  if (isMissing)
    return refError(ref, 'the program git was not found', 'install git, or compare with a URL or a command')
  const advice = 'run the test in a clone of the repository, or compare with a URL or a command'
  return refError(ref, `git cannot read a repository in ${cwd}`, advice, lines)
}

function commitOf(cwd: string, name: string, signal: AbortSignal): Promise<string | undefined> {
  return askGit(cwd, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`], signal)
}

/**
 * Returns the commit to compare with: the merge base of `HEAD` and the ref, or the ref itself if it is `exact`. Rejects
 * with `LoadTargetError` if the ref does not exist, or has no merge base.
 */
export async function baselineCommit(
  repository: Repository,
  { ref, exact = false }: RefTarget,
  signal: AbortSignal,
): Promise<string> {
  const { root, isShallow } = repository
  // Git would take it for an option.
  const isName = ref !== '' && !ref.startsWith('-')
  const commit = isName ? await commitOf(root, ref, signal) : undefined
  if (commit === undefined) throw await unknownRef(repository, ref, signal)
  if (exact) return commit
  const base = await askGit(root, ['merge-base', 'HEAD', commit], signal)
  if (base !== undefined) return base
  if (!isShallow) {
    throw refError(ref, 'HEAD and the ref have no common commit', 'set exact: true to compare with the ref itself')
  }
  const what = `the shallow clone ${root} does not have the commit from which HEAD and the ref diverged`
  throw refError(ref, what, fetchAll(''))
}

async function unknownRef({ root, isShallow }: Repository, ref: string, signal: AbortSignal): Promise<Error> {
  const lines = async (args: readonly string[]): Promise<readonly string[]> =>
    ((await askGit(root, args, signal)) ?? '').split(/\r?\n/).filter((line) => line !== '')
  const known = await lines(['for-each-ref', '--format=%(refname:short)'])
  const remotes = await lines(['remote'])
  const remote = remotes.find((name) => ref.startsWith(`${name}/`))
  const what = `the ${isShallow ? 'shallow clone' : 'repository'} ${root} has no branch, tag or commit of this name`
  const meant =
    remotes.map((name) => `${name}/${ref}`).find((name) => known.includes(name)) ?? nearestRef(ref, remote, known)
  if (meant !== undefined) return refError(ref, what, `did you mean '${meant}'?`)
  // The refs to fetch are given in full, because a clone of a single branch creates no others.
  const source = remote === undefined ? '' : ` ${remote} ${ref.slice(remote.length + 1)}:refs/remotes/${ref}`
  if (isShallow) return refError(ref, what, fetchAll(source))
  return refError(ref, what, source === '' ? 'name a branch, a tag or a commit' : `run git fetch${source}`)
}

/** The name of a remote is no part of a typo: `origin/main` is not near to `origin/HEAD`. */
function nearestRef(ref: string, remote: string | undefined, known: readonly string[]): string | undefined {
  const prefix = remote === undefined ? '' : `${remote}/`
  const names = known.flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []))
  const nearest = nearestName(ref.slice(prefix.length), names)
  return nearest && prefix + nearest
}

function fetchAll(source: string): string {
  return (
    'fetch the whole history: `fetch-depth: 0` for actions/checkout on GitHub, `GIT_DEPTH: 0` on GitLab, ' +
    `\`git fetch --unshallow${source}\` elsewhere`
  )
}

/** Whether the folder has files that are not under version control and not ignored. The server may load them. */
export async function hasNewFiles(root: string, signal?: AbortSignal): Promise<boolean> {
  return (await git(root, ['ls-files', '--others', '--exclude-standard', '--directory'], signal)) !== ''
}

/** Returns the files under version control that differ from a commit, as paths inside `root`. */
export async function changedFiles(root: string, commit: string, signal?: AbortSignal): Promise<readonly string[]> {
  // Other programs' diffs, and those of submodules, are slow and not needed.
  const options = ['--name-only', '-z', '--no-renames', '--no-ext-diff', '--ignore-submodules=dirty']
  return (await git(root, ['diff', ...options, commit, '--'], signal)).split('\0').filter((name) => name !== '')
}
