import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { classOfConnectError, ConnectError } from '../../model/connect-error.ts'
import type { StdioTarget } from '../../model/plan.ts'
import type { ConnectContext } from '../../model/protocol.ts'
import { abandoned } from '../sockets/connect-error.ts'
import { ChannelLost } from './channel.ts'
import type { McpChannel, McpListener, McpMessage, Negotiated } from './channel.ts'
import { messageLines } from './lines.ts'
import type { McpOptions } from './options.ts'
import { StderrTail } from './stderr-tail.ts'

/** One process serves everyone: it is asked as soon as there is something to ask, and may queue for itself. */
const MAX_IN_FLIGHT = 1_000
/** How long a process may take to end by itself once its input has ended, and again once it was told to. */
const PATIENCE_MS = 2_000
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
  #usable = true
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
      clearTimeout(this.#timer)
      this.#signal('SIGKILL')
      const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`
      this.#timer = setTimeout(() => this.#closePipes(), PIPES_MS)
      child.once('close', () => {
        clearTimeout(this.#timer)
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

  send({ text }: McpMessage): number {
    if (!this.#usable) return 0
    this.#child.stdin.write(`${text}\n`)
    return Buffer.byteLength(text) + 1
  }

  giveUp(): void {}

  /** A server ends when its input does; one that does not is told to, and then made to. */
  async close(): Promise<void> {
    this.#usable = false
    if (!this.#ending && this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#ending = true
      this.#child.stdin.end()
      this.#timer = setTimeout(() => {
        this.#signal('SIGTERM')
        this.#timer = setTimeout(() => this.#signal('SIGKILL'), PATIENCE_MS)
      }, PATIENCE_MS)
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
    this.#timer = setTimeout(() => this.#lose('connection', `the server closed its ${what}`), PIPES_MS)
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
    if (pid === undefined) return
    try {
      if (process.platform === 'win32') this.#child.kill(signal)
      else process.kill(-pid, signal)
    } catch {
      // Nobody is left.
    }
  }
}
