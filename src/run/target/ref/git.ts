import { execFile } from 'node:child_process'
import { env } from 'node:process'
import type { Ms } from '../../../model/units.ts'

/**
 * Variables that git sets for its hooks. They would direct a command to the repository, the index or the folder of the
 * hook instead of those of its own directory.
 */
const HOOK_VARIABLES = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_PREFIX',
  'GIT_COMMON_DIR',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_NAMESPACE',
] as const

/** Environment of a program that may use git in a checkout: undefined removes a variable. */
export const outsideHook: Readonly<Record<string, undefined>> = Object.fromEntries(
  HOOK_VARIABLES.map((name) => [name, undefined]),
)

const SETTINGS = [
  // Hooks are for the user's own commands.
  'core.hooksPath=/dev/null',
  // A monitor would keep running for each checkout.
  'core.fsmonitor=false',
]

const OPTIONS = [
  // Nothing is written to the user's index, and no process waits for its lock.
  '--no-optional-locks',
  '--literal-pathspecs',
  ...SETTINGS.flatMap((setting) => ['-c', setting]),
]

/** Checking out a large repository takes minutes. */
const LIMIT_MS: Ms = 600_000
const MAX_OUTPUT_BYTES = 64 * 2 ** 20

/** A git command that failed. */
export class GitError extends Error {
  /** The command, for someone who tries it: "git merge-base HEAD main". */
  readonly command: string
  /** Null if git was not found, or did not exit by itself. */
  readonly exitCode: number | null
  /** What git wrote to its standard error, by line. */
  readonly lines: readonly string[]
  /** True if there is no program `git`. */
  readonly isMissing: boolean

  constructor(args: readonly string[], cause: Error, stderr: string) {
    super(cause.message, { cause })
    this.command = ['git', ...args].join(' ')
    const { code } = cause as { readonly code?: unknown }
    this.exitCode = typeof code === 'number' ? code : null
    this.isMissing = code === 'ENOENT'
    const lines = stderr.split('\n').map((line) => line.trimEnd())
    this.lines = lines.filter((line) => line !== '').slice(-MAX_LINES)
  }
}

const MAX_LINES = 8

/**
 * Returns the output of a git command. Rejects with `GitError`, or with the signal's reason if that aborts first. Runs
 * no hook, asks for no password, and ignores the variables of a surrounding hook.
 */
export function git(cwd: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  const variables = { ...env, ...outsideHook, GIT_TERMINAL_PROMPT: '0' }
  const options = { cwd, env: variables, timeout: LIMIT_MS, maxBuffer: MAX_OUTPUT_BYTES, ...(signal && { signal }) }
  return new Promise((resolve, reject) => {
    execFile('git', [...OPTIONS, ...args], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(signal?.aborted === true ? (signal.reason as Error) : new GitError(args, error, stderr))
    })
  })
}

/** Returns the trimmed output of a git command that asks a question, or undefined if git exits with another code. */
export async function askGit(cwd: string, args: readonly string[], signal?: AbortSignal): Promise<string | undefined> {
  try {
    return (await git(cwd, args, signal)).trim()
  } catch (error) {
    if (error instanceof GitError && error.exitCode !== null) return undefined
    throw error
  }
}
