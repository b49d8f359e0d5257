import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { LoadTargetError } from '../../model/errors.ts'
import { freePort } from '../../model/free-port.ts'
import type { CommandTarget } from '../../model/target.ts'
import type { Ms } from '../../model/units.ts'
import { listeningPorts } from './listeners.ts'
import {
  commandLine,
  type CommandProcess,
  endOf,
  type Failure,
  RUN_BY_HAND,
  spawnFailure,
  spawnGroup,
  startable,
} from './command-process.ts'
import { OutputTail } from './output-tail.ts'
import { groupMembers, startGuard, stopGroup } from './process-group.ts'
import { type Address, tryConnecting, whyNotReady } from './readiness.ts'
import { formatDuration } from '../../wording/figures.ts'

const READY_LIMIT_MS = 30_000
const MAX_PAUSE_MS = 250
const STOP_GRACE_MS = 2_000

/** A server that was started for a run. */
export interface StartedCommand {
  /** URL of the target with its port filled in. */
  readonly url: string
  readonly pid: number
  /**
   * Ends the whole process group: SIGTERM first, SIGKILL after 2 s. Resolves when it has ended; may be called
   * repeatedly.
   */
  stop(): Promise<void>
}

export interface StartOptions {
  /** Default 30 s. */
  readonly readyLimitMs?: Ms
  readonly signal?: AbortSignal
  /** Addresses by host name that were checked against `allowHosts`; any other name is resolved. */
  readonly addresses?: ReadonlyMap<string, readonly Address[]>
}

/**
 * Starts a `{ command }` target without a shell and resolves once it answers: with any status below 500 at `readyUrl`,
 * or at `url` if there is no `readyUrl`. `{port}` in `url`, `readyUrl`, `command` and `env` is replaced with a free
 * port, which is also passed in `PORT`. The command runs in a separate process group, which ends on `stop()` and
 * whenever this process dies, even by SIGKILL. Each line of its output goes to `log`.
 *
 * Rejects with `LoadTargetError` (`ERR_LOAD_TARGET_START`) if the command cannot be started, ends before it answers, or
 * does not answer within `readyLimitMs`; if `signal` is aborted before it answers; or if another process already
 * listens at its address. No process is left running.
 */
export async function startCommand(
  target: CommandTarget,
  log: (text: string) => void,
  { readyLimitMs = READY_LIMIT_MS, signal, addresses }: StartOptions = {},
): Promise<StartedCommand> {
  const filled = await fillPort(target)
  const url = new URL(filled.url)
  const startableCommand = startable(filled)
  if ('what' in startableCommand) throw startError(startableCommand.what, startableCommand.advice)
  if ((await tryConnecting(url, addresses?.get(url.hostname))) === undefined) {
    const advice = "stop it, or give the command a free port: write '{port}' in url, and make it listen on PORT"
    throw startError(`another process already listens at ${url.host}`, advice)
  }

  const guard = startGuard()
  const child = spawnGroup(startableCommand)
  // A target that was not stopped must not keep this process alive; the guard then ends it.
  child.unref()
  for (const pipe of [child.stdout, child.stderr]) if (pipe instanceof Socket) pipe.unref()
  if (child.pid !== undefined) guard.watchOver(child.pid)
  const onLine = (line: string) => log(`target: ${line}`)
  const [output, errors] = [new OutputTail(child.stdout, onLine), new OutputTail(child.stderr, onLine)]
  const ended = whenEnded(child, filled)
  const exited = new Promise((resolve) => child.on('exit', resolve))
  let stopping: Promise<void> | undefined
  async function stopAll(): Promise<void> {
    if (child.pid !== undefined) {
      child.ref()
      await stopGroup(child.pid, STOP_GRACE_MS)
      await exited
    }
    guard.dismiss()
  }

  const over = new AbortController()
  const failure = await Promise.race([
    ended,
    waitUntilReady(filled, readyLimitMs, over.signal, addresses).then((why) =>
      why === undefined ? undefined : silent(filled, child.pid, why),
    ),
    whenStopped(signal),
  ])
  over.abort()
  if (failure !== undefined || child.pid === undefined) {
    await stopAll()
    const { what, advice } = failure ?? (await ended)
    throw startError(what, advice, errors.quoted.length > 0 ? errors.quoted : output.quoted)
  }
  log(`target: ${url.href} answers, pid ${child.pid}`)
  void ended.then(({ what }) => log(`target: ${what}`))
  return { url: filled.url, pid: child.pid, stop: () => (stopping ??= stopAll()) }
}

/** Resolves when the run is stopped. */
function whenStopped(signal: AbortSignal | undefined): Promise<Failure> {
  return new Promise((resolve) => {
    const stop = (): void => resolve({ what: 'the run was stopped before it answered', advice: 'start the run again' })
    if (signal?.aborted === true) stop()
    signal?.addEventListener('abort', stop, { once: true })
  })
}

/** Resolves when the command has ended or failed to start. */
function whenEnded(child: CommandProcess, { command, cwd }: CommandTarget): Promise<Failure> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(spawnFailure(error, command, cwd)))
    // 'close' instead of 'exit': by then all of its output has been read.
    child.on('close', (code, signal) => {
      resolve({ what: endOf(command, code, signal), advice: code === 0 ? KEEP_RUNNING : RUN_BY_HAND })
    })
  })
}

const KEEP_RUNNING = 'the command must be the server itself and keep running: do not start the server in the background'

/** Resolves with undefined once the server answers, and with the reason if it does not within the limit. */
async function waitUntilReady(
  target: CommandTarget,
  limitMs: Ms,
  signal: AbortSignal,
  addresses: StartOptions['addresses'],
): Promise<string | undefined> {
  const url = new URL(target.readyUrl ?? target.url)
  const endMs = performance.now() + limitMs
  const checked = addresses?.get(url.hostname)
  let why = await whyNotReady(url, checked)
  for (let pauseMs = 10; why !== undefined && performance.now() < endMs && !signal.aborted; pauseMs *= 2) {
    await sleep(Math.min(pauseMs, MAX_PAUSE_MS))
    why = await whyNotReady(url, checked)
  }
  return why === undefined ? undefined : `did not answer at ${url.href} within ${formatDuration(limitMs)}: ${why}`
}

/** The failure of a command that runs and does not answer. It often listens on another port than it should. */
function silent({ command, readyUrl, url }: CommandTarget, pid: number | undefined, why: string): Failure {
  const what = `${commandLine(command)} ${why}`
  const ports = pid === undefined ? undefined : listeningPorts(groupMembers(pid))
  if (ports === undefined || ports.includes(Number(new URL(readyUrl ?? url).port))) {
    return { what, advice: 'set readyUrl to a URL that answers with a status below 500 once the server is ready' }
  }
  const listening = ports.length === 0 ? 'no port' : `port ${ports.join(', ')}`
  return {
    what: `${what}; it listens on ${listening}`,
    advice: 'make it listen on the port in the variable PORT, or write {port} in its arguments',
  }
}

function startError(what: string, advice: string, quoted: readonly string[] = []): LoadTargetError {
  return new LoadTargetError(
    'ERR_LOAD_TARGET_START',
    [`the target could not be started: ${what}`, ...quoted, `  → ${advice}`].join('\n'),
  )
}

const PLACE = '{port}'

/**
 * Replaces every `{port}` in the target's URLs, command and environment with the same free port, and adds `PORT` to its
 * environment. Returns a target without `{port}` unchanged.
 */
async function fillPort(target: CommandTarget): Promise<CommandTarget> {
  const texts = [target.url, target.readyUrl, ...target.command, ...Object.values(target.env ?? {})]
  if (!texts.some((text) => text?.includes(PLACE) === true)) return target
  const port = String(await freePort())
  const fill = (text: string) => text.replaceAll(PLACE, port)
  const env = Object.entries(target.env ?? {}).map(([name, text]) => [name, fill(text)] as const)
  return {
    ...target,
    url: fill(target.url),
    ...(target.readyUrl === undefined ? {} : { readyUrl: fill(target.readyUrl) }),
    command: target.command.map(fill),
    env: { PORT: port, ...Object.fromEntries(env) },
  }
}
