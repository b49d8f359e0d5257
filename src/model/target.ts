import { type Ms, parseDuration } from './units.ts'

/** Default of `startTimeout`: `npx` may have to download the server first. */
const START_MS: Ms = 60_000

/** A server that the run starts, waits for, and stops with its whole process group. */
export interface CommandTarget {
  /** Program and arguments; started without a shell. */
  readonly command: readonly string[]
  /** `{port}` is replaced by a free port, which the command also gets in the environment variable `PORT`. */
  readonly url: string
  /** URL that must respond before traffic starts; default `url`. */
  readonly readyUrl?: string
  /** Environment variables in addition to those of the test process without its test runner's. */
  readonly env?: Readonly<Record<string, string>>
  /** Working directory; default that of the test process. */
  readonly cwd?: string
}

/** A server that communicates over its standard input and output; every connection starts one process. */
export interface StdioTarget {
  /** True for a target that does the work of `model/work.ts`. */
  readonly embedded?: boolean
  /** Program and arguments; started without a shell. */
  readonly stdio: readonly string[]
  /** Environment variables in addition to those of the test process without its test runner's. */
  readonly env?: Readonly<Record<string, string>>
  /** Working directory; default that of the test process. */
  readonly cwd?: string
  /** Maximum time for a process to start and to complete its handshake; default 60 s. */
  readonly startTimeout?: Ms | string
}

/** Returns the maximum time for a server over pipes to start. */
export function startTimeoutMs({ startTimeout }: StdioTarget): Ms {
  return parseDuration(startTimeout) ?? START_MS
}

/** An HTTP server of this machine that listens on a Unix socket. */
export interface SocketTarget {
  /** Path of the socket in the file system. */
  readonly socketPath: string
  /** Its host goes into the `host` header, and its path before that of every request. */
  readonly url: string
}

/** A target that is reached by a URL. */
export type UrlTarget = string | URL | (() => string | URL | Promise<string | URL>)

/**
 * Where the load goes: a URL, a function that returns one, a server to start, one over pipes, or one on a Unix socket.
 */
export type Target = UrlTarget | CommandTarget | StdioTarget | SocketTarget

/** A server that several runs share: the first call starts it and returns its URL. */
export type SharedTarget = (() => Promise<string>) & {
  /** The target as its author wrote it, whose scheme is known before the server starts. */
  readonly written: CommandTarget
}

/** The same project at another commit, in a git worktree. */
export interface RefTarget {
  /**
   * A branch, tag or commit: `'origin/main'`. Its common ancestor with HEAD is used, unless `exact` is set, so that what
   * was added to the branch since then does not count as a change.
   */
  readonly ref: string
  /** True: uses the commit that `ref` names. */
  readonly exact?: boolean
  /** Command that makes the checkout runnable, such as `['npm', 'ci']`; runs once per commit, without a shell. */
  readonly prepare?: readonly string[]
  /** Maximum time for `prepare`; default 10 min. */
  readonly prepareTimeout?: Ms | string
  /**
   * Command that starts the server; default that of the plan's target. Paths inside the repository become those of the
   * checkout.
   */
  readonly command?: readonly string[]
  /** Environment variables in addition to those of the plan's target. */
  readonly env?: Readonly<Record<string, string>>
  /** Folder of the repository in which both commands run; default that of the plan's target. */
  readonly cwd?: string
}

/** Default of `prepareTimeout`: installing packages may take minutes. */
const PREPARE_MS: Ms = 600_000

/** Returns the maximum time for the preparation of a ref. */
export function prepareTimeoutMs({ prepareTimeout }: RefTarget): Ms {
  return parseDuration(prepareTimeout) ?? PREPARE_MS
}

/** What a target is compared with. */
export type Against = Target | RefTarget

export function isRef(against: Against | undefined): against is RefTarget {
  return typeof against === 'object' && 'ref' in against
}

export function isShared(target: Target | undefined): target is SharedTarget {
  return typeof target === 'function' && 'written' in target
}

const HOST_AND_PORT = /^(?:[\w.-]+|\[[\da-f:.]+\]):(?:\d+|\{port\})(?:[/?#]|$)/i

/** Puts a scheme before a host and port without one, such as `localhost:3000/cart`; leaves any other text unchanged. */
export function withScheme(target: string, scheme: string): string {
  return HOST_AND_PORT.test(target) ? `${scheme}//${target}` : target
}

export function isCommand(target: Target | undefined): target is CommandTarget {
  return typeof target === 'object' && 'command' in target
}

export function isStdio(target: Target | undefined): target is StdioTarget {
  return typeof target === 'object' && 'stdio' in target
}

export function isSocket(target: Target | undefined): target is SocketTarget {
  return typeof target === 'object' && 'socketPath' in target
}

export interface TlsOptions {
  /** PEM text of the certificate authorities to trust instead of the defaults. */
  readonly ca?: string
  /** PEM text of the client certificate; requires `key`. */
  readonly cert?: string
  /** PEM text of the client's private key; requires `cert`. */
  readonly key?: string
  /** Name for SNI and for checking the certificate; default the target's host name. */
  readonly servername?: string
  /** `false` accepts a certificate that does not verify, such as a self-signed one. */
  readonly rejectUnauthorized?: boolean
}

/**
 * What to monitor on the target: a process of this machine, by its id or by the port that it listens on; or the
 * target's metrics page (Prometheus text or OpenMetrics), on any machine. Without any of them, the target is found.
 */
export type MonitorTarget =
  | ({ readonly pid: number } & MonitorHelpers)
  | ({ readonly port: number } & MonitorHelpers)
  | ({ readonly openMetrics: string } & MonitorHelpers)
  | Required<MonitorHelpers>

interface MonitorHelpers {
  /**
   * Names of programs on this machine that work for the target, such as its database: `['postgres']`. Their CPU does not
   * count as that of other processes.
   */
  readonly also?: readonly string[]
}
