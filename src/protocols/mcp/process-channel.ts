import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { classOfConnectError, ConnectError } from '../../model/connect-error.ts'
import type { StdioTarget } from '../../model/plan.ts'
import type { ConnectContext } from '../../model/protocol.ts'
import { realTime } from '../../model/real-time.ts'
import { abandoned } from '../sockets/connect-error.ts'
import { ChannelLost } from './channel.ts'
import type { McpChannel, McpListener, McpMessage, Negotiated } from './channel.ts'
import { messageLines } from './lines.ts'
import type { McpOptions } from './options.ts'
import { StderrTail } from './stderr-tail.ts'
import { UNREAD, Unsent } from './unsent.ts'

/** One process serves everyone: it is asked as soon as there is something to ask, and may queue for itself. */
const MAX_IN_FLIGHT = 1_000
/** How long a process may take to end by itself once its input has ended: less than a run waits for its connections. */
const INPUT_ENDED_MS = 500
/** And again once it was told to. */
const TOLD_MS = 2_000
/** How long its pipes may outlive a process that has exited: children of its own may hold them. */
const PIPES_MS = 250

/** Starts a server and speaks to it over its standard input and output, one message a line. */
export async function openProcessChannel(
  target: URL,
  context: ConnectContext,
  _spoken: Negotiated,
  { maxInFlight = MAX_IN_FLIGHT }: McpOptions,
  listener: McpListener,
): Promise<McpChannel> {
  const { stdio, signal } = context
  const [program, ...args] = stdio?.stdio ?? []
  if (stdio === undefined || program === undefined) {
    throw new ConnectError(
      'connect',
      `${target.protocol} needs a command to start: target: { stdio: ['node', 'server.js'] }`,
    )
  }
  if (signal.aborted) throw abandoned({ host: program }, signal)
  const { promise, resolve, reject } = Promise.withResolvers<McpChannel>()
  const failed = (error: NodeJS.ErrnoException): void => {
    const where = stdio.cwd === undefined ? '' : ` in ${stdio.cwd}`
    const message = `could not start ${program}${where}: ${error.message}`
    reject(new ConnectError(classOfConnectError(error) ?? 'connect', message, { cause: error }))
  }
  try {
    const child = start(program, args, stdio)
    child.once('error', failed)
    child.once('spawn', () => {
      const channel = new ProcessChannel(child, maxInFlight, listener)
      // Whoever waits for it has gone, and so must it.
      if (signal.aborted) {
        channel.destroy()
        reject(abandoned({ host: program }, signal))
      } else resolve(channel)
    })
  } catch (error) {
    failed(error as NodeJS.ErrnoException)
  }
  return promise
}

function start(program: string, args: readonly string[], stdio: StdioTarget): ChildProcessWithoutNullStreams {
  return spawn(program, args, {
    ...(stdio.cwd !== undefined && { cwd: stdio.cwd }),
    env: { ...process.env, ...stdio.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own, so that what it starts ends with it.
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
}

class ProcessChannel implements McpChannel {
  readonly maxInFlight: number
  readonly closed: Promise<Error | undefined>
  readonly pid?: number
  readonly #child: ChildProcessWithoutNullStreams
  readonly #stderr = new StderrTail()
  readonly #unsent = new Unsent()
  #usable = true
  /** From then on its number may be another process's. */
  #gone = false
  /** We end it, so that its exit is no loss. */
  #ending = false
  #reason: ChannelLost | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(child: ChildProcessWithoutNullStreams, maxInFlight: number, listener: McpListener) {
    this.#child = child
    this.maxInFlight = maxInFlight
    if (child.pid !== undefined) this.pid = child.pid
    const { promise, resolve } = Promise.withResolvers<Error | undefined>()
    this.closed = promise

    const lines = messageLines(listener)
    child.stdout.on('data', (bytes: Buffer) => {
      lines.push(bytes)
      if (lines.fault !== undefined) this.#lose('protocol', lines.fault)
    })
    child.stdout.on('end', () => this.#fellSilent('standard output'))
    child.stdin.on('error', () => this.#fellSilent('standard input'))
    // A server that cannot get rid of what it writes here stops.
    child.stderr.on('data', (bytes: Buffer) => this.#stderr.take(bytes))
    child.on('error', (error) => this.#lose('connection', error.message))
    child.on('exit', (code, signal) => {
      this.#usable = false
      // What it has started and left behind.
      this.#signal('SIGKILL')
      this.#gone = true
      const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`
      this.#in(PIPES_MS, () => this.#closePipes())
      child.once('close', () => {
        realTime.clearTimeout(this.#timer)
        if (!this.#ending) this.#reason ??= new ChannelLost('process-exit', `the server ${how}${this.#stderr.words()}`)
        resolve(this.#reason)
      })
    })
  }

  get usable(): boolean {
    return this.#usable
  }

  async establish(_version: string, initialized: McpMessage): Promise<void> {
    this.send(initialized)
    await Promise.resolve()
  }

  send({ id, text }: McpMessage): number {
    if (!this.#usable) return 0
    this.#child.stdin.write(`${text}\n`)
    return this.#unsent.add(id, Buffer.byteLength(text) + 1, this.#child.stdin.writableLength)
  }

  giveUp(id: number): number {
    const left = this.#unsent.take(id, this.#child.stdin.writableLength)
    if (left > 0) this.#lose('connection', UNREAD)
    return left
  }

  /** A server ends when its input does; one that does not is told to, and then made to. */
  async close(): Promise<void> {
    this.#usable = false
    if (!this.#ending && !this.#gone) {
      this.#ending = true
      this.#child.stdin.end()
      this.#in(INPUT_ENDED_MS, () => {
        this.#signal('SIGTERM')
        this.#in(TOLD_MS, () => this.#signal('SIGKILL'))
      })
    }
    await this.closed
  }

  destroy(): void {
    this.#usable = false
    this.#ending = true
    this.#signal('SIGKILL')
  }

  /** Half a server is none. It is probably about to exit, and its exit says more. */
  #fellSilent(what: string): void {
    if (!this.#usable) return
    this.#usable = false
    this.#in(PIPES_MS, () => this.#lose('connection', `the server closed its ${what}`))
  }

  /** What happens next, if nothing else does. */
  #in(ms: number, next: () => void): void {
    realTime.clearTimeout(this.#timer)
    this.#timer = realTime.setTimeout(next, ms)
  }

  #lose(errorClass: 'connection' | 'protocol', message: string): void {
    this.#reason ??= new ChannelLost(errorClass, message + this.#stderr.words())
    this.destroy()
  }

  #closePipes(): void {
    this.#child.stdin.destroy()
    this.#child.stdout.destroy()
    this.#child.stderr.destroy()
  }

  /** To the server and all that it started. */
  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid } = this.#child
    if (pid === undefined || this.#gone) return
    try {
      if (process.platform === 'win32') this.#child.kill(signal)
      else process.kill(-pid, signal)
    } catch {
      // Nobody is left.
    }
  }
}
