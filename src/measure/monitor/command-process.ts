import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { withoutTestRunner } from '../../model/test-runner-variables.ts'
import { windowsCommand } from './windows-command.ts'

export type CommandProcess = ChildProcessByStdio<null, Readable, Readable>

/** What to start. */
interface Command {
  /** Program and arguments; started without a shell. */
  readonly command: readonly string[]
  /** Environment variables in addition to those of this process without its test runner's; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Working directory; default that of this process. */
  readonly cwd?: string
}

/** Why a command did not do what it was started for. */
export interface Failure {
  readonly what: string
  readonly advice: string
}

/** A command as this system starts it. */
interface Startable {
  readonly program: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string | undefined
  /** The arguments are quoted already, for `cmd.exe`. */
  readonly isVerbatim: boolean
}

/** Returns how this system starts a command, or why it cannot. */
export function startable({ command, env: added, cwd }: Command): Startable | Failure {
  const env = { ...withoutTestRunner(process.env), ...added }
  const [program = '', ...args] = command
  if (process.platform !== 'win32') return { program, args, env, cwd, isVerbatim: false }
  const resolved = windowsCommand(command, { env, cwd })
  if ('program' in resolved) return { ...resolved, env, cwd }
  return {
    what: `'${program}' is the batch file ${resolved.refusedBatch}, whose arguments must not contain ", % or new lines`,
    advice: "start the program without it, such as command: ['node', 'server.js']",
  }
}

/** Starts a command in a separate process group, so that all its processes can be ended together. */
export function spawnGroup({ program, args, env, cwd, isVerbatim }: Startable): CommandProcess {
  return spawn(program, args, {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    windowsVerbatimArguments: isVerbatim,
  })
}

/** Explains an `error` event of a process. */
export function spawnFailure(
  { code, message }: NodeJS.ErrnoException,
  command: readonly string[],
  cwd: string | undefined,
): Failure {
  if (code !== 'ENOENT') return { what: message, advice: RUN_BY_HAND }
  if (cwd !== undefined && !existsSync(cwd)) return { what: `folder ${cwd} does not exist`, advice: 'correct cwd' }
  const advice = 'no shell is used: give the program and each argument as a separate string'
  return { what: `program '${command[0]}' not found`, advice }
}

/** Says how a command ended: "`npm ci` ended with code 1". */
export function endOf(command: readonly string[], code: number | null, signal: string | null): string {
  return `${commandLine(command)} ended ${signal === null ? `with code ${code}` : `by ${signal}`}`
}

/** Names the program and its first argument, usually a file. Further arguments may contain secrets. */
export function commandLine(command: readonly string[]): string {
  return `\`${command.slice(0, 2).join(' ')}${command.length > 2 ? ' …' : ''}\``
}

export const RUN_BY_HAND = 'run the command manually; LOAD_LOG=debug shows all its output'
