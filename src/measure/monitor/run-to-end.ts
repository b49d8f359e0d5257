import { Socket } from 'node:net'
import type { Ms } from '../../model/units.ts'
import { realTime } from '../../model/real-time.ts'
import { within } from '../../model/within.ts'
import { formatDuration } from '../../wording/figures.ts'
import {
  commandLine,
  endOf,
  type Failure,
  RUN_BY_HAND,
  spawnFailure,
  spawnGroup,
  startable,
} from './command-process.ts'
import { OutputTail } from './output-tail.ts'
import { startGuard, stopGroup } from './process-group.ts'

interface Job {
  /** Program and arguments; started without a shell. */
  readonly command: readonly string[]
  /** Environment variables in addition to those of this process; undefined removes one. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly limitMs: Ms
  readonly signal: AbortSignal
  /** Receives each line of the output. */
  readonly onLine: (line: string) => void
}

/** Why a command failed, with the lines of its output that say why, or the last ones. */
export interface JobFailure extends Failure {
  readonly code: 'not-started' | 'ended' | 'time-limit'
  readonly quoted: readonly string[]
}

const STOP_GRACE_MS: Ms = 2_000
/** Processes that left the group may keep the pipes of the output open. */
const OUTPUT_LIMIT_MS: Ms = 1_000

/**
 * Runs a command to its end. Resolves with undefined if it succeeds, and with the reason if it cannot be started, exits
 * with another code than 0, or does not end within `limitMs`; rejects with the signal's reason if that aborts first. No
 * process of its group is left running, even if this process is killed.
 */
export async function runToEnd({ command, env, cwd, limitMs, signal, onLine }: Job): Promise<JobFailure | undefined> {
  signal.throwIfAborted()
  const startableCommand = startable({ command, env, cwd })
  if ('what' in startableCommand) return { code: 'not-started', ...startableCommand, quoted: [] }
  const guard = startGuard()
  const child = spawnGroup(startableCommand)
  if (child.pid !== undefined) guard.watchOver(child.pid)
  const [output, errors] = [new OutputTail(child.stdout, onLine), new OutputTail(child.stderr, onLine)]
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()))
  const ended = Promise.withResolvers<Omit<JobFailure, 'quoted'> | undefined>()
  child.on('error', (error) => ended.resolve({ code: 'not-started', ...spawnFailure(error, command, cwd) }))
  child.on('exit', (code, killedBy) => {
    const failure = { code: 'ended', what: endOf(command, code, killedBy), advice: RUN_BY_HAND } as const
    ended.resolve(code === 0 ? undefined : failure)
  })
  const timer = realTime.setTimeout(() => {
    const what = `${commandLine(command)} did not end within ${formatDuration(limitMs)}`
    ended.resolve({ code: 'time-limit', what, advice: RUN_BY_HAND })
  }, limitMs)
  const onAbort = (): void => ended.reject(signal.reason)
  signal.addEventListener('abort', onAbort)
  let failure: Omit<JobFailure, 'quoted'> | undefined
  try {
    failure = await ended.promise
  } finally {
    realTime.clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    if (child.pid !== undefined) await stopGroup(child.pid, STOP_GRACE_MS)
    guard.dismiss()
    // A process that left the group may hold them open, which must not keep this process alive.
    for (const pipe of [child.stdout, child.stderr]) if (pipe instanceof Socket) pipe.unref()
  }
  if (failure === undefined) return undefined
  if (child.pid !== undefined) await within(OUTPUT_LIMIT_MS, closed)
  return { ...failure, quoted: errors.quoted.length > 0 ? errors.quoted : output.quoted }
}
