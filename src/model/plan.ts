import type { ArrivalPattern, ArrivalProcessName, PatternSpec, Random } from './pattern.ts'
import type { MessageFormat } from './body.ts'
import type { JourneyFunction } from './journey.ts'
import type { OwnProtocol } from './own-protocol.ts'
import type { ProtocolSpec, ReconnectOptions } from './protocol.ts'
import type { AnyRequest, HttpRequest, McpRequest, TcpRequest, WebSocketRequest } from './requests.ts'
import type { SetupFunction } from './setup.ts'
import type { Tracing } from './trace.ts'
import type { Ms, Ratio, Rps } from './units.ts'

/** A server that the run starts, waits for, and stops with its whole process group. */
export interface CommandTarget {
  /** Program and arguments; started without a shell. */
  readonly command: readonly string[]
  /** `{port}` is replaced by a free port, which the command also gets in the environment variable `PORT`. */
  readonly url: string
  /** URL that must respond before traffic starts; default `url`. */
  readonly readyUrl?: string
  /** Environment variables in addition to those of the test process. */
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
  /** Environment variables in addition to those of the test process. */
  readonly env?: Readonly<Record<string, string>>
  /** Working directory; default that of the test process. */
  readonly cwd?: string
}

/** Where the load goes: a URL, a function that returns one, a server to start, or a server over pipes. */
export type Target = string | URL | (() => string | URL | Promise<string | URL>) | CommandTarget | StdioTarget

/**
 * `long-lived`: opened before the run and kept. `short-lived`: one per request; connecting is part of its response
 * time. `pooled`: shared; what the rate needs is opened before the measured part, further ones on demand.
 */
export type ConnectionKind = 'long-lived' | 'short-lived' | 'pooled'
/** When no connection is free: `queue` waits, and the wait counts; `drop` counts the request as dropped. */
export type Overflow = 'queue' | 'drop'
/** How an inconclusive verdict ends a test. */
export type OnInconclusive =
  /** Passes with a note if the observation leans to a pass, else fails. The default. */
  | 'lean'
  /** Always fails. */
  | 'fail'
  /** Passes with a warning, unless the observation leans to a fail. */
  | 'warn'
export type PatternName = 'constant' | 'burst' | 'ramp-up' | 'sine-wave' | 'random-walk' | 'poisson'

/** Service level: latency limits on response time in ms, the maximum share of failed requests, the rate to sustain. */
export interface Sla {
  /** Maximum response time in ms at this percentile; requests without a response count as slower. */
  readonly p50Ms?: Ms
  readonly p75Ms?: Ms
  readonly p90Ms?: Ms
  readonly p95Ms?: Ms
  readonly p99Ms?: Ms
  /** Maximum p99.9 response time in ms. */
  readonly p999Ms?: Ms
  /** Maximum share of failed requests (errors and drops), 0–1. */
  readonly errorRate?: Ratio
  /** Minimum rate to sustain, in requests per second. */
  readonly rps?: Rps
}

/** Limits that stop a run early, once broken with 99.9% confidence. */
export interface AbortLimits {
  readonly errorRate?: Ratio
  readonly p99Ms?: Ms
  /** Earliest time to stop, since the start of the measured part. */
  readonly after?: Ms | string
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
 * target's metrics page (Prometheus text or OpenMetrics), on any machine.
 */
export type MonitorTarget = { readonly pid: number } | { readonly port: number } | { readonly openMetrics: string }

/** Passed to a request function, which is called in advance, in the test's thread. */
export interface RequestContext {
  /** Position of the request in the schedule, from 0. */
  readonly sequence: number
  /** Seeded by (seed, sequence): identical in every run with this seed, for any number of threads. */
  readonly random: Random
}
/** A request of any protocol. */

export type PlanRequest = HttpRequest | WebSocketRequest | TcpRequest | McpRequest | AnyRequest
/** One request, a weighted list of requests, or a function that creates them. */

export type RequestSource = PlanRequest | readonly PlanRequest[] | ((context: RequestContext) => PlanRequest)

export type ProtocolName = 'http' | 'websocket' | 'tcp' | 'mcp'

/**
 * Sizes of a message by name, log-uniform over half-open ranges: `small` 16 B–1 KiB, `medium` 1 KiB–1 MiB, `large`
 * 1–100 MiB; `mixed` is 70% small, 25% medium, 5% from 1 to 4 MiB.
 */
export type SizeName = 'small' | 'medium' | 'large' | 'mixed'

/**
 * Length of messages: a name, a number of bytes, a range (log-uniform unless `spread` is `uniform`; `to` excluded), or
 * several of these with weights.
 */
export type MessageSize =
  | SizeName
  | number
  | { readonly from: number; readonly to: number; readonly spread?: 'log-uniform' | 'uniform' }
  | readonly { readonly size: MessageSize; readonly weight: number }[]

export type WorkName = 'read' | 'write' | 'echo' | 'stream'

export type WorkloadName = 'read' | 'read-heavy' | 'write-heavy' | 'balanced' | 'batch' | 'stream'

/** Operations by name, each a request with its `weight`. */
export type Operations = Readonly<Record<string, PlanRequest>>

/** One protocol of a `mix`. */
export interface MixEntry {
  /** Prefix of its operations in the result; default the protocol's name. */
  readonly name?: string
  /** Share of the requests, relative to the other entries; default 1. */
  readonly weight?: number
  /** Default the plan's target. */
  readonly target?: Target
  readonly protocol?: LoadPlan['protocol']
  readonly request?: PlanRequest | readonly PlanRequest[]
  readonly workload?: WorkloadName | Operations
  readonly messageSize?: MessageSize
  readonly messageFormat?: MessageFormat
  readonly maxConnections?: number
}

/** What `mix([…])` returns: a workload over several protocols in one run. */
export interface Mix {
  readonly kind: 'mix'
  readonly entries: readonly MixEntry[]
}

/**
 * Records for templates: in a request, `{{user.email}}` is the field `email` of the record that feed `user` gives to
 * the arrival.
 */
export interface Feed {
  /** A `.json` file (a list of objects), an `.ndjson` file, or a `.csv` file whose first line names the fields. */
  readonly file?: string | URL
  /** The records, instead of a file. */
  readonly records?: readonly Readonly<Record<string, unknown>>[]
  /**
   * `sequential` starts again after the last record; `random` is seeded; `unique` gives each record to one arrival
   * only, and requires enough records. Default `sequential`.
   */
  readonly pick?: 'sequential' | 'random' | 'unique'
}

/** A load test as its author writes it. */
export interface LoadPlan {
  /** Where the load goes. Required, here or in the configuration. */
  readonly target?: Target
  /**
   * A name, its options (`tcp({ framing: 'newline' })`), or a custom protocol; default the protocol of the target's
   * scheme.
   */
  readonly protocol?: ProtocolName | ProtocolSpec | OwnProtocol | URL
  /** Load shape: a name, a builder's pattern or a custom object; default `'constant'`. */
  readonly pattern?: PatternName | PatternSpec | ArrivalPattern
  /** Requests per second: the pattern's base, peak or mean. */
  readonly rate?: Rps
  /** Length of the measured part: ms, or a string such as `'30s'`. */
  readonly duration?: Ms | string
  /** Closed model: number of requests always in flight, instead of `rate`. Suitable for throughput only. */
  readonly concurrency?: number
  /** How arrivals are placed on the pattern's curve; default `'jittered'`. */
  readonly arrivals?: ArrivalProcessName
  /** Unmeasured traffic before the measured part: ms, or a string such as `'5s'`; default 0. */
  readonly warmUp?: Ms | string
  /** What is sent: a request, a weighted list, or a function; default the protocol's health read. */
  readonly request?: RequestSource
  /** Several steps instead of one request: a journey, or the URL of a module that exports one by default. */
  readonly journey?: URL | JourneyFunction
  /**
   * Runs once per connection before its use, unmeasured: a function, or the URL of a module that exports one by
   * default. Its result is `{{setup}}` in templates.
   */
  readonly setup?: URL | SetupFunction
  /** Operations by name, a `mix([…])`, or work for an embedded target; default `'read'`. */
  readonly workload?: WorkloadName | Operations | Mix
  /**
   * Operations that are sent together; `rate` and all counts remain in operations. Default 1; 10 with
   * `workload: 'batch'`.
   */
  readonly batchSize?: number
  /** Length of generated bodies; default `'small'`. */
  readonly messageSize?: MessageSize
  /** `'text'` or `'binary'` for generated bodies; default the protocol's usual format. */
  readonly messageFormat?: MessageFormat
  /** Records for templates, by feed name. */
  readonly feeds?: Readonly<Record<string, Feed>>
  /** Default `'pooled'`. */
  readonly connection?: ConnectionKind
  /** Maximum number of connections; default 100, over pipes 1. */
  readonly maxConnections?: number
  /** What happens when no connection is free; default `'queue'`. */
  readonly overflow?: Overflow
  /** How lost connections are reopened; `false` switches this off. */
  readonly reconnect?: Partial<ReconnectOptions> | boolean
  /** Time limit of a request: ms, or a string such as `'10s'`; default 10 s, maximum 30 minutes. */
  readonly requestTimeout?: Ms | string
  /** Service level that `toMeetSla()` checks. */
  readonly sla?: Sla
  /**
   * Stops the run early, once a limit is broken with 99.9% confidence; `'sla'` uses the limits of `sla`, except the
   * rate.
   */
  readonly abortOn?: 'sla' | AbortLimits
  /** Confidence of verdicts, between 0.5 and 1; default 0.95. */
  readonly confidence?: Ratio
  /** How an inconclusive verdict ends a test; default `'lean'`. */
  readonly onInconclusive?: OnInconclusive
  /**
   * `false`: the test does not have to assert on the result, for example when the load only fills caches. Default
   * `true`.
   */
  readonly judge?: boolean
  /** Which requests are traced; default `'slowest'`. */
  readonly tracing?: Tracing
  /** `true` means `tracing: 'all'`, `false` means `'off'`. */
  readonly traceEveryRequest?: boolean
  /** Repeats a run: the same seed gives the same arrivals and payloads. Random by default, and printed. */
  readonly seed?: number | string
  /** Number of generator threads; default `'auto'`: 1 until the peak rate needs more, at most cores − 1. */
  readonly threads?: number | 'auto'
  readonly tls?: TlsOptions
  /** Headers of every request or handshake, where the protocol has headers. */
  readonly headers?: Readonly<Record<string, string>>
  /** What to monitor on the target; default `'auto'`. */
  readonly monitor?: MonitorTarget | 'auto' | 'off'
  /** Hosts other than loopback that the run may send load to, such as `'staging.example.com'` or `'10.0.0.0/8'`. */
  readonly allowHosts?: readonly string[]
}

/** Limits of `abortOn`, parsed. */
export interface ResolvedAbort {
  readonly sla: Sla
  readonly afterMs: Ms
}

/** Where a protocol comes from. An `object` cannot be passed to a generator thread. */
export type ResolvedProtocol =
  | { readonly from: 'shipped'; readonly spec: ProtocolSpec }
  | { readonly from: 'module'; readonly href: string }
  | { readonly from: 'object'; readonly protocol: OwnProtocol }

/**
 * Code of the user: a module for the generator threads, or a function, which makes the generator run in the test's
 * thread.
 */
export type ResolvedCode<Function> =
  | { readonly from: 'module'; readonly href: string }
  | { readonly from: 'function'; readonly run: Function }

/** A feed whose records are read when the run starts. */
export interface ResolvedFeed {
  readonly source: { readonly file: string } | { readonly records: readonly Readonly<Record<string, unknown>>[] }
  readonly pick: 'sequential' | 'random' | 'unique'
}

/**
 * What is sent where. A plan has one lane; a `mix` has one for each of its entries, each with its own connections. The
 * arrivals of the schedule are distributed over the lanes by weight.
 */
export interface ResolvedLane {
  /** Prefix of the names of its operations; empty in a plan without `mix`. */
  readonly name: string
  readonly weight: number
  readonly target: Target
  readonly protocol: ResolvedProtocol
  /** Absent where the workload defines what is sent. */
  readonly request: RequestSource | undefined
  readonly workload: WorkloadName
  readonly messageSize: MessageSize | undefined
  readonly messageFormat: MessageFormat | undefined
  readonly maxConnections: number
}

/**
 * A validated plan with every default filled in. Unless it runs `inline`, it is plain data that is passed to the
 * generator threads unchanged.
 */
export interface ResolvedPlan {
  readonly name: string
  readonly lanes: readonly [ResolvedLane, ...ResolvedLane[]]
  /** Absent in the closed model. */
  readonly pattern: PatternSpec | ArrivalPattern | undefined
  readonly durationMs: Ms
  readonly concurrency: number | undefined
  readonly arrivals: ArrivalProcessName
  readonly warmUpMs: Ms
  readonly batchSize: number
  readonly journey: ResolvedCode<JourneyFunction> | undefined
  readonly setup: ResolvedCode<SetupFunction> | undefined
  readonly feeds: Readonly<Record<string, ResolvedFeed>>
  readonly connection: ConnectionKind
  readonly overflow: Overflow
  readonly reconnect: ReconnectOptions
  readonly requestTimeoutMs: Ms
  readonly sla: Sla
  readonly abortOn: ResolvedAbort | undefined
  readonly confidence: Ratio
  readonly onInconclusive: OnInconclusive
  readonly judge: boolean
  readonly tracing: Tracing
  /** At most eight hexadecimal digits, as `LOAD_SEED` accepts them. */
  readonly seed: string
  readonly threads: number | 'auto'
  readonly tls: TlsOptions
  readonly headers: Readonly<Record<string, string>>
  readonly monitor: MonitorTarget | 'auto' | 'off'
  readonly allowHosts: readonly string[]
}
