import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { withoutTestRunner } from '../../model/test-runner-variables.ts'
import { classOfConnectError, ConnectError } from '../../model/connect-error.ts'
import type { StdioTarget } from '../../model/target.ts'
import type { ConnectContext } from '../../model/protocol.ts'
import { realTime } from '../../model/real-time.ts'
import { decisiveLines } from '../../model/text/decisive-lines.ts'
import { ConnectionState } from '../connection-state.ts'
import { abandoned } from '../sockets/connect-error.ts'
import { ChannelLost } from './channel.ts'
import type { McpChannel, McpListener, McpMessage, Negotiated } from './channel.ts'
import { messageLines } from './lines.ts'
import { messageLimit, tooLong } from './message-limit.ts'
import type { McpOptions } from './options.ts'
import { UnreadAnswers } from './unread-answers.ts'
import { UNREAD, Unsent } from './unsent.ts'

/** One process serves every call: requests are sent as soon as they are due, and the server may queue them. */
const MAX_IN_FLIGHT = 1_000
/** Maximum time for a process to exit after its input has ended: less than a run waits for its connections. */
const INPUT_ENDED_MS = 500
/** Maximum time for a process to exit after SIGTERM. */
const TERM_GRACE_MS = 2_000
/** Bytes of standard error that are kept, and characters of them that a message quotes. */
const KEPT_BYTES = 4 * 1024
const QUOTED_CHARACTERS = 300
/** Time that the pipes may stay open after the process has exited: its child processes may hold them. */
const PIPES_MS = 250

/** Starts a server and exchanges messages over its standard input and output, one per line. */
export async function openProcessChannel(
  target: URL,
  context: ConnectContext,
  _spoken: Negotiated,
  options: McpOptions,
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
    const why = error.code === 'ENOENT' ? 'there is no such program or folder' : error.message
    const message = `could not start ${program}${where}: ${why}`
    reject(new ConnectError(classOfConnectError(error) ?? 'connect', message, { cause: error }))
  }
  try {
    const child = start(program, args, stdio)
    child.once('error', failed)
    child.once('spawn', () => {
      const channel = new ProcessChannel(
        child,
        options.maxInFlight ?? MAX_IN_FLIGHT,
        messageLimit(options, context),
        listener,
      )
      // The caller has aborted, so the process must exit too.
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
    env: { ...withoutTestRunner(process.env), ...stdio.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A separate process group, so that signals also reach its child processes.
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
}

class ProcessChannel implements McpChannel {
  readonly maxInFlight: number
  readonly closed: Promise<Error | undefined>
  readonly pid?: number
  readonly #state = new ConnectionState()
  readonly #child: ChildProcessWithoutNullStreams
  readonly #stderr = new StderrTail()
  readonly #unsent = new Unsent()
  readonly #answers: UnreadAnswers
  /** The process has exited. From then on another process may have its id. */
  #gone = false
  #timer: NodeJS.Timeout | undefined

  constructor(child: ChildProcessWithoutNullStreams, maxInFlight: number, limitBytes: number, listener: McpListener) {
    this.#child = child
    this.#answers = new UnreadAnswers(child.stdout)
    this.maxInFlight = maxInFlight
    if (child.pid !== undefined) this.pid = child.pid
    this.closed = this.#state.closed

    const lines = messageLines(listener, limitBytes)
    child.stdout.on('data', (bytes: Buffer) => {
      lines.push(bytes)
      if (lines.violation !== undefined) this.#lose('protocol', tooLong(lines.violation))
    })
    child.stdout.on('end', () => this.#fellSilent('standard output'))
    child.stdin.on('error', () => this.#fellSilent('standard input'))
    // A server blocks when no one reads its standard error.
    child.stderr.on('data', (bytes: Buffer) => this.#stderr.add(bytes))
    child.on('error', (error) => this.#lose('connection', error.message))
    child.on('exit', (code, signal) => {
      this.#state.retire()
      // Ends the child processes that it left behind.
      this.#signal('SIGKILL')
      this.#gone = true
      const how = signal === null ? `exited with code ${code}` : `was terminated by ${signal}`
      this.#in(PIPES_MS, () => this.#closePipes())
      child.once('close', () => {
        realTime.clearTimeout(this.#timer)
        if (!this.#ending) {
          this.#state.lose(new ChannelLost('process-exit', `the server ${how}${this.#stderr.suffix()}`))
        }
        this.#state.end()
      })
    })
  }

  get usable(): boolean {
    return this.#state.usable
  }

  async establish(_version: string, initialized: McpMessage): Promise<void> {
    this.send(initialized)
    await Promise.resolve()
  }

  send({ id, method, text }: McpMessage): number {
    if (!this.#state.usable) return 0
    if (method === undefined && this.#answers.full) return 0
    const bytes = Buffer.byteLength(text) + 1
    if (method === undefined) this.#child.stdin.write(`${text}\n`, this.#answers.add(bytes))
    else this.#child.stdin.write(`${text}\n`)
    return this.#unsent.add(id, bytes, this.#child.stdin.writableLength)
  }

  printed(): string {
    return this.#stderr.suffix()
  }

  giveUp(id: number): number {
    const left = this.#unsent.take(id, this.#child.stdin.writableLength)
    if (left > 0) this.#lose('connection', UNREAD)
    return left
  }

  /** Ends the input of the server. If the server does not exit in time, sends SIGTERM and then SIGKILL. */
  async close(): Promise<void> {
    if (!this.#ending && !this.#gone) {
      this.#state.startClosing()
      this.#child.stdin.end()
      this.#in(INPUT_ENDED_MS, () => {
        this.#signal('SIGTERM')
        this.#in(TERM_GRACE_MS, () => this.#signal('SIGKILL'))
      })
    }
    await this.closed
  }

  destroy(): void {
    this.#state.stop()
    this.#signal('SIGKILL')
  }

  /** Whether the channel ends the process, so that its exit is expected. */
  get #ending(): boolean {
    return this.#state.closing || this.#state.over
  }

  /** Handles a closed pipe. The server is unusable and probably about to exit; its exit gives a better reason. */
  #fellSilent(what: string): void {
    if (!this.#state.usable) return
    this.#state.retire()
    this.#in(PIPES_MS, () => this.#lose('connection', `the server closed its ${what}`))
  }

  /** Schedules `next`, replacing the step that was scheduled before. */
  #in(ms: number, next: () => void): void {
    realTime.clearTimeout(this.#timer)
    this.#timer = realTime.setTimeout(next, ms)
  }

  #lose(errorClass: 'connection' | 'protocol', message: string): void {
    this.#state.lose(new ChannelLost(errorClass, message + this.#stderr.suffix()))
    this.destroy()
  }

  #closePipes(): void {
    this.#child.stdin.destroy()
    this.#child.stdout.destroy()
    this.#child.stderr.destroy()
  }

  /** Sends a signal to the server and its child processes. */
  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid } = this.#child
    if (pid === undefined || this.#gone) return
    try {
      if (process.platform === 'win32') this.#child.kill(signal)
      else process.kill(-pid, signal)
    } catch {
      // The process group no longer exists.
    }
  }
}

/** Keeps the last bytes that a process wrote to its standard error, to explain why it failed. */
class StderrTail {
  #tail: Buffer = Buffer.alloc(0)

  add(bytes: Buffer): void {
    const last = bytes.subarray(-KEPT_BYTES)
    this.#tail = Buffer.concat([this.#tail, last]).subarray(-KEPT_BYTES)
  }

  /** Returns a suffix for a message; empty when nothing was written. */
  suffix(): string {
    const written = this.#tail.toString('utf8')
    const text = spaced(decisiveLines(written).join(' ')) || spaced(written)
    if (text === '') return ''
    return `; end of its stderr: ${text.length > QUOTED_CHARACTERS ? `…${text.slice(-QUOTED_CHARACTERS)}` : text}`
  }
}

function spaced(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
