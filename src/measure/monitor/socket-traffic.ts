import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { realTime } from '../../model/real-time.ts'
import { messageOf } from '../../model/thrown.ts'
import { readProc } from './proc.ts'
import { SocketBytes, type Traffic } from './socket-bytes.ts'

/**
 * Prints a line for each connection that closes, on descriptor 1, and lists the open connections on descriptor 3 for
 * each line that it reads. A shell starts `ss` for each list, because a small process forks faster than Node, without a
 * pause for the generator threads. `stdbuf` makes the first `ss` print each line immediately. Both end with the shell,
 * which ends with its input.
 */
const SCRIPT = `
PATH="$PATH:/usr/sbin:/sbin"
for program in ss stdbuf; do
  command -v $program > /dev/null || { echo "missing $program" >&3; exit; }
done
stdbuf -oL ss -EtineHO "$@" &
closing=$!
trap 'kill $closing 2> /dev/null' EXIT
trap '' PIPE
echo "closing $closing" >&3
while read -r _; do
  ss -tineHO state connected exclude time-wait "$@" >&3
  echo "end $?" >&3
done`

/** A list that takes longer is that of a machine without free CPU. */
const TIMEOUT_MS = 900
/** Time between two checks whether the first `ss` has subscribed. */
const SUBSCRIBED_MS = 10
/** `ss` takes about 30 µs of CPU per connection, so a list of more connections would disturb the measurement. */
const MAX_OPEN = 2_000
/** Netlink's family of socket statistics in /proc/net/netlink. */
const SOCK_DIAG = '4'
const PACKAGES: Readonly<Record<string, string>> = { ss: 'iproute2', stdbuf: 'coreutils' }

/**
 * Bytes of the TCP connections that processes of this network namespace accept on their ports, from the kernel's
 * counters of each socket (INET_DIAG, through the program `ss`). It counts what the sockets carry: the messages with
 * their framing and TLS, without the headers of TCP and IP and without retransmissions. Needs no privileges.
 */
export class SocketTraffic {
  readonly #bytes = new SocketBytes()
  readonly #child: ChildProcess
  /** Lines of the list that is being read. */
  #list: string[] = []
  #listed: (lines: readonly string[] | undefined) => void = () => {}
  /** Resolves when connections that close are watched, or when that has failed. */
  #subscribed: Promise<void> | undefined
  /** Process id of the `ss` that prints closed connections. */
  #closing: string | undefined
  #wasListening = false
  /** Whether a reading has returned bytes. */
  #isKnown = false
  #before: Traffic | undefined
  #errors = ''
  #unknown: string | undefined

  /** `ports`: TCP ports on which the processes listen, at least one. */
  constructor(ports: readonly number[]) {
    const filter = ports.map((port) => `sport = :${port}`).join(' or ')
    // In its own process group, Ctrl-C does not end it before the last reading.
    this.#child = spawn('sh', ['-c', SCRIPT, 'sh', filter], {
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      detached: true,
    })
    this.#child.on('error', (error) => (this.#unknown ??= `sh could not be started: ${messageOf(error)}`))
    const { stdin, stdout, stderr, stdio } = this.#child
    // If no descriptor is free, Node returns a child without streams before it reports the error.
    if ((stdio as typeof stdio | undefined) === undefined) return
    onLine(stdout, (line) => this.#bytes.closed(line))
    onLine(stdio[3] as Readable, (line) => this.#takeLine(line))
    stderr?.setEncoding('utf8').on('data', (text: string) => (this.#errors += text.slice(0, 1_000)))
    stdin?.on('error', () => {})
    this.#child.on('close', () => this.#listed(undefined))
    // Nothing waits for these processes, so that a forgotten one does not keep this process alive.
    this.#child.unref()
    for (const stream of stdio) (stream as { unref?(): void } | null)?.unref?.()
  }

  /** Why the bytes are unknown; undefined if they are known. */
  get unknown(): string | undefined {
    return this.#unknown ?? (this.#isKnown ? undefined : 'ss has read the counters fewer than two times: run longer')
  }

  /**
   * Returns the bytes since the previous call; null if that is unknown, as it is for the first call. `unknown` has the
   * reason if no later call will return them.
   */
  async read(): Promise<Traffic | null> {
    const before = this.#before
    this.#before = undefined
    // A connection that closes between the list and the subscription would be missing.
    await (this.#subscribed ??= this.#subscribe())
    const wasListening = this.#isListening()
    const lines = await this.#requestList()
    const isListening = wasListening && this.#isListening()
    this.#unknown ??= this.#whyUnknown(lines, isListening)
    if (lines === undefined || !isListening || this.#unknown !== undefined) return null
    this.#wasListening = true
    this.#bytes.listed(lines)
    const now = this.#bytes.total()
    this.#before = now
    if (before === undefined) return null
    this.#isKnown = true
    // Where a connection was reset, the end that the kernel counted as a byte is missing afterwards.
    return {
      bytesIn: Math.max(0, now.bytesIn - before.bytesIn),
      bytesOut: Math.max(0, now.bytesOut - before.bytesOut),
    }
  }

  stop(): void {
    this.#child.stdin?.end()
  }

  /** Resolves once the first `ss` has subscribed to closed connections; it starts late on a busy machine. */
  async #subscribe(): Promise<void> {
    const untilMs = performance.now() + TIMEOUT_MS
    while (!this.#isListening()) {
      const hasEnded = this.#unknown !== undefined || this.#errors !== '' || this.#child.exitCode !== null
      if (hasEnded || performance.now() > untilMs) return
      await new Promise((resolve) => realTime.setTimeout(resolve, SUBSCRIBED_MS))
    }
  }

  /** Resolves with the lines about the open connections, or with undefined if these do not arrive in time. */
  async #requestList(): Promise<readonly string[] | undefined> {
    if (this.#unknown !== undefined || this.#child.exitCode !== null) return undefined
    const { promise, resolve } = Promise.withResolvers<readonly string[] | undefined>()
    this.#list = []
    this.#listed = resolve
    this.#child.stdin?.write('\n')
    const timer = realTime.setTimeout(() => resolve(undefined), TIMEOUT_MS)
    return promise.finally(() => realTime.clearTimeout(timer))
  }

  #takeLine(line: string): void {
    const [word, value = ''] = line.split(' ')
    if (word === 'end') this.#listed(this.#list)
    else if (word === 'closing') this.#closing = value
    else if (word === 'missing') this.#unknown = `the program ${value} (package ${PACKAGES[value]}) is not installed`
    else this.#list.push(line)
  }

  #whyUnknown(lines: readonly string[] | undefined, isListening: boolean): string | undefined {
    if (/No buffer space/i.test(this.#errors)) return 'connections closed faster than their counters could be read'
    if (this.#errors !== '') return `ss failed: ${this.#errors.split('\n', 1)[0]}`
    if (this.#wasListening && !isListening) return 'ss ended during the run'
    if (lines !== undefined && lines.length > MAX_OPEN) {
      return `the target has ${lines.length} open connections, and reading more than ${MAX_OPEN} would disturb the run`
    }
    return this.#bytes.countsSent ? undefined : 'the kernel counts the bytes that a socket sent since Linux 4.19 only'
  }

  /** Whether the first `ss` has subscribed to closed connections. Format: `sk Eth Pid Groups …`. */
  #isListening(): boolean {
    return (readProc('net/netlink') ?? '').split('\n').some((line) => {
      const [, family, pid, groups = '0'] = line.trim().split(/\s+/)
      return family === SOCK_DIAG && pid === this.#closing && Number.parseInt(groups, 16) !== 0
    })
  }
}

function onLine(input: Readable | null, take: (line: string) => void): void {
  if (input !== null) createInterface({ input }).on('line', take)
}
