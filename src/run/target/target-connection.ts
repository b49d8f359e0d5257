import { basename } from 'node:path'
import type { StartedCommand } from '../../measure/monitor/index.ts'
import { LoadTargetError } from '../../model/errors.ts'
import { foreignText } from '../../model/text/clean.ts'
import { formatDuration } from '../../wording/figures.ts'
import type { ResolvedLane, ResolvedPlan } from '../../plan/resolved-plan.ts'
import type { CommandTarget, SocketTarget, StdioTarget, UrlTarget } from '../../model/target.ts'
import type { ConnectContext, Protocol } from '../../model/protocol.ts'
import type { Ms } from '../../model/units.ts'
import type { AnyRequest } from '../../model/requests.ts'
import { EMBEDDED_FRAGMENT } from '../../model/work.ts'
import { isLoopback } from './allowed-hosts.ts'
import { loadProtocol } from '../protocols.ts'
import { startTarget } from './started-target.ts'
import { checkTarget, reachSocket, reachTarget, unusable } from './check-target.ts'
import { speaksTls } from './speaks-tls.ts'
import { isCommand, isSocket, isStdio, startTimeoutMs } from '../../model/target.ts'
import { messageOf } from '../../model/thrown.ts'

/** A target that may be loaded and answers, with the information that each connection to it needs. */
export interface TargetConnection {
  readonly url: URL
  /** Undefined over stdio, and for a custom protocol whose URL has no port. */
  readonly address: string | undefined
  /** Path of the Unix socket, for a target on one. */
  readonly socketPath: string | undefined
  /** The process that every connection starts, for a stdio target. */
  readonly stdio: StdioTarget | undefined
  /** Whether the target runs on this machine. */
  readonly local: boolean
  /** Pid of the server that was started for this run. */
  readonly pid: number | undefined
  readonly protocol: Protocol<AnyRequest>
  /** What the protocol negotiated with the target, for every connection. */
  readonly negotiated: unknown
  close(): Promise<void>
}

/**
 * Connects to the target of every lane of the plan, in their order. Returns none if `stopped` resolves before. Throws
 * as `connectTarget` does, after closing all targets.
 */
export async function connectTargets(
  plan: ResolvedPlan,
  log: (text: string) => void,
  stopped: Promise<void>,
): Promise<readonly TargetConnection[]> {
  const abort = new AbortController()
  const connecting = connectAll(plan, log, abort.signal)
  const connected = await Promise.race([connecting, stopped])
  if (connected !== undefined) return connected
  abort.abort()
  void connecting.then(closeTargets).catch(() => {})
  return []
}

async function connectAll(
  plan: ResolvedPlan,
  log: (text: string) => void,
  signal: AbortSignal,
): Promise<readonly TargetConnection[]> {
  const connected: TargetConnection[] = []
  // Entries of a mix without a `target` share that of the plan: one server for all of them.
  const started = new Map<string, StartedCommand>()
  const start = async (target: CommandTarget): Promise<StartedCommand> => {
    const key = JSON.stringify(target)
    const command = started.get(key) ?? (await startTarget(target, plan.allowHosts, log, { signal }))
    started.set(key, command)
    return command
  }
  try {
    for (const lane of plan.lanes) connected.push(await connectTarget(plan, lane, start, log, signal))
    return connected
  } catch (error) {
    await closeTargets(connected)
    throw error
  }
}

export async function closeTargets(targets: readonly TargetConnection[]): Promise<void> {
  await Promise.all(targets.map((target) => target.close()))
}

/** URLs of all targets, for results. */
export function urlsOf(targets: readonly TargetConnection[]): string {
  return targets.map(({ url }) => url.href).join(', ')
}

type Found = Omit<TargetConnection, 'protocol' | 'negotiated' | 'close'>

/**
 * Resolves, checks, and if necessary starts the target of a lane, and lets the protocol negotiate for all of its
 * connections. Throws `LoadTargetError`, after ending everything it started.
 */
async function connectTarget(
  plan: ResolvedPlan,
  lane: ResolvedLane,
  start: (target: CommandTarget) => Promise<StartedCommand>,
  log: (text: string) => void,
  signal: AbortSignal,
): Promise<TargetConnection> {
  const protocol = await loadProtocol(lane.protocol)
  const { target } = lane
  const command = isCommand(target) ? await start(target) : undefined
  const close = async (): Promise<void> => command?.stop()
  try {
    const found = isStdio(target)
      ? overPipes(target)
      : isSocket(target)
        ? await overSocket(target, plan.requestTimeoutMs)
        : await overNetwork(plan, lane, isCommand(target) ? (command?.url ?? '') : target, command?.pid)
    const negotiated = await negotiate(plan, protocol, found, log, signal)
    return { ...found, protocol, negotiated, close }
  } catch (error) {
    await close()
    throw error
  }
}

function overPipes(stdio: StdioTarget): Found {
  // Arguments may contain secrets, so only the program is named.
  const named = stdio.stdio.slice(0, 2).map((word) => encodeURIComponent(basename(word)))
  const url = new URL(`mcp+stdio:${named.join('%20')}${stdio.embedded === true ? EMBEDDED_FRAGMENT : ''}`)
  return { url, address: undefined, socketPath: undefined, stdio, local: true, pid: undefined }
}

/** A Unix socket belongs to this machine, so its host needs no check. */
async function overSocket(target: SocketTarget, timeoutMs: Ms): Promise<Found> {
  await reachSocket(target, timeoutMs)
  const { socketPath, url } = target
  return { url: new URL(url), address: undefined, socketPath, stdio: undefined, local: true, pid: undefined }
}

async function overNetwork(
  plan: ResolvedPlan,
  lane: ResolvedLane,
  target: UrlTarget,
  pid: number | undefined,
): Promise<Found> {
  const protocol = lane.protocol.from === 'shipped' ? lane.protocol.spec.kind : 'custom'
  const checked = await checkTarget(target, plan.allowHosts, protocol)
  const { url, address, family } = await reachTarget(checked, plan.requestTimeoutMs)
  return { url, address, socketPath: undefined, stdio: undefined, local: isLoopback({ address, family }), pid }
}

async function negotiate(
  plan: ResolvedPlan,
  protocol: Protocol<AnyRequest>,
  { url, address, socketPath, stdio }: Found,
  log: (text: string) => void,
  signal: AbortSignal,
): Promise<unknown> {
  if (protocol.negotiate === undefined) return undefined
  const timeout = AbortSignal.timeout(stdio === undefined ? plan.requestTimeoutMs : startTimeoutMs(stdio))
  const context: ConnectContext = {
    signal: AbortSignal.any([signal, timeout]),
    tls: plan.tls,
    headers: plan.headers,
    reuse: true,
    log,
    ...(address !== undefined && { address }),
    ...(socketPath !== undefined && { socketPath }),
    ...(stdio !== undefined && { stdio }),
  }
  try {
    return await protocol.negotiate(url, context)
  } catch (error) {
    if (stdio !== undefined) throw unstartable(stdio, error, timeout.aborted)
    throw unusable(url, error, { speaksTls: await speaksTls({ url, address }) })
  }
}

function unstartable(target: StdioTarget, cause: unknown, isLate: boolean): LoadTargetError {
  const [program] = target.stdio
  const why = foreignText(messageOf(cause))
  const message = isLate
    ? `MCP handshake with "${program}" was not complete after ${formatDuration(startTimeoutMs(target))} (startTimeout): ${why}\n` +
      "    → if the server needs longer to start, set target: { stdio: […], startTimeout: '3m' }; otherwise run the " +
      'command manually and check its output'
    : `MCP handshake with "${program}" failed: ${why}\n    → run the command manually and check its output`
  return new LoadTargetError('ERR_LOAD_TARGET_START', message, { cause })
}
