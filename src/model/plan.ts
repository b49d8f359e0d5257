import type { ArrivalPattern, ArrivalProcessName, PatternSpec, Random } from './pattern.ts'
import type { MessageFormat } from './body.ts'
import type { JourneyFunction } from './journey.ts'
import type { OwnProtocol } from './own-protocol.ts'
import type { ProtocolSpec, ReconnectOptions } from './protocol.ts'
import type { AnyRequest, HttpRequest, McpRequest, TcpRequest, WebSocketRequest } from './requests.ts'
import type { SetupFunction } from './setup.ts'
import type { Tracing } from './trace.ts'
import type { Ms, Ratio, Rps } from './units.ts'

/** A server the run starts, waits for, and stops with its whole process group. */
export interface CommandTarget {
  /** Program and arguments; no shell is involved. */
  readonly command: readonly string[]
  /** `{port}` stands for a free port, which the command also gets in `PORT`. */
  readonly url: string
  /** What must answer before traffic starts; `url` when absent. */
  readonly readyUrl?: string
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** A server that is spoken to over its standard input and output; every connection starts one. */
export interface StdioTarget {
  /** It does the work of an embedded target (`model/work.ts`). */
  readonly embedded?: boolean
  /** Program and arguments; no shell is involved. */
  readonly stdio: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

export type Target = string | URL | (() => string | URL | Promise<string | URL>) | CommandTarget | StdioTarget

export type ConnectionKind = 'long-lived' | 'short-lived' | 'pooled'
export type Overflow = 'queue' | 'drop'
export type OnInconclusive =
  /** Green with a note where the observation leans to a pass, red otherwise. The default. */
  | 'lean'
  /** Always red. */
  | 'fail'
  /** Green with a warning, except where the observation leans to a fail. */
  | 'warn'
export type PatternName = 'constant' | 'burst' | 'ramp-up' | 'sine-wave' | 'random-walk' | 'poisson'

/** Service level: latency limits in ms on response time, the share of failed requests, the rate to sustain. */
export interface Sla {
  readonly p50Ms?: Ms
  readonly p75Ms?: Ms
  readonly p90Ms?: Ms
  readonly p95Ms?: Ms
  readonly p99Ms?: Ms
  readonly p999Ms?: Ms
  readonly errorRate?: Ratio
  readonly rps?: Rps
}

/** When to stop early: once beyond these with 99.9% confidence. */
export interface AbortLimits {
  readonly errorRate?: Ratio
  readonly p99Ms?: Ms
  /** Not before this much of the measured part has passed. */
  readonly after?: Ms | string
}

export interface TlsOptions {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
  readonly rejectUnauthorized?: boolean
}

/**
 * What of the target to watch: a process of this machine, by its id or by the port that it listens on; or the page of
 * metrics (Prometheus text or OpenMetrics) that the target offers, wherever it is.
 */
export type MonitorTarget = { readonly pid: number } | { readonly port: number } | { readonly openMetrics: string }

/** What a request function learns; it is called ahead of time, in the test's thread. */
export interface RequestContext {
  /** Position of the request in the schedule, from 0. */
  readonly sequence: number
  /** Seeded by (seed, sequence): the same for every run with this seed, whatever the threads. */
  readonly random: Random
}

export type PlanRequest = HttpRequest | WebSocketRequest | TcpRequest | McpRequest | AnyRequest

export type RequestSource = PlanRequest | readonly PlanRequest[] | ((context: RequestContext) => PlanRequest)

export type ProtocolName = 'http' | 'websocket' | 'tcp' | 'mcp'

/** The sizes of a message by name, in bytes, log-uniform over half-open ranges. */
export type SizeName = 'small' | 'medium' | 'large' | 'mixed'

/**
 * How long messages are: a name, a number of bytes, a range (log-uniform unless `spread` says `uniform`; `to` excluded),
 * or several of them with weights.
 */
export type MessageSize =
  | SizeName
  | number
  | { readonly from: number; readonly to: number; readonly spread?: 'log-uniform' | 'uniform' }
  | readonly { readonly size: MessageSize; readonly weight: number }[]

export type WorkName = 'read' | 'write' | 'echo' | 'stream'

export type WorkloadName = 'read' | 'read-heavy' | 'write-heavy' | 'balanced' | 'batch' | 'stream'

/** Operations by name: a request with its `weight`. */
export type Operations = Readonly<Record<string, PlanRequest>>

/** One protocol of a `mix`. */
export interface MixEntry {
  /** Names its operations in the result; the protocol's name when absent. */
  readonly name?: string
  /** Share of the requests, relative to the others; 1 when absent. */
  readonly weight?: number
  /** The plan's when absent. */
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

/** Records for templates: `{{user.email}}` in a request is the `email` of this arrival's record of the feed `user`. */
export interface Feed {
  /** A `.json` (a list of objects), `.ndjson` or `.csv` file (its first line names the fields). */
  readonly file?: string | URL
  /** The records themselves, instead of a file. */
  readonly records?: readonly Readonly<Record<string, unknown>>[]
  /**
   * `sequential` begins anew after the last record; `random` is seeded; `unique` gives each record to one arrival only,
   * and there must be enough of them. Default `sequential`.
   */
  readonly pick?: 'sequential' | 'random' | 'unique'
}

/** A load test as its author writes it. SPEC: one table row per key. */
export interface LoadPlan {
  readonly target?: Target
  readonly protocol?: ProtocolName | ProtocolSpec | OwnProtocol | URL
  readonly pattern?: PatternName | PatternSpec | ArrivalPattern
  /** Requests per second: the pattern's base, peak or mean. */
  readonly rate?: Rps
  readonly duration?: Ms | string
  /** Closed model: this many in flight always, instead of `rate`. */
  readonly concurrency?: number
  readonly arrivals?: ArrivalProcessName
  readonly warmUp?: Ms | string
  readonly request?: RequestSource
  /** Several steps instead of one request: a module whose default export is a journey, or a journey itself. */
  readonly journey?: URL | JourneyFunction
  /** Run once per connection before it is used, unmeasured: a module whose default export is a setup, or a function. */
  readonly setup?: URL | SetupFunction
  readonly workload?: WorkloadName | Operations | Mix
  /** Operations that are sent together; `rate` and all counts stay operations. */
  readonly batchSize?: number
  readonly messageSize?: MessageSize
  readonly messageFormat?: MessageFormat
  readonly feeds?: Readonly<Record<string, Feed>>
  readonly connection?: ConnectionKind
  readonly maxConnections?: number
  readonly overflow?: Overflow
  readonly reconnect?: Partial<ReconnectOptions> | boolean
  readonly requestTimeout?: Ms | string
  readonly sla?: Sla
  readonly abortOn?: 'sla' | AbortLimits
  readonly confidence?: Ratio
  readonly onInconclusive?: OnInconclusive
  /** `false`: a load test does not have to judge the result, as with a load that only fills caches. */
  readonly judge?: boolean
  /** Which requests are traced; `slowest` when absent. */
  readonly tracing?: Tracing
  /** `true` is `tracing: 'all'`, `false` is `'off'`. */
  readonly traceEveryRequest?: boolean
  readonly seed?: number | string
  readonly threads?: number | 'auto'
  readonly tls?: TlsOptions
  readonly headers?: Readonly<Record<string, string>>
  readonly monitor?: MonitorTarget | 'auto' | 'off'
  readonly allowHosts?: readonly string[]
}

/** Limits of `abortOn` with its texts parsed. */
export interface ResolvedAbort {
  readonly sla: Sla
  readonly afterMs: Ms
}

/** Where a protocol comes from. An `object` cannot cross into a generator thread. */
export type ResolvedProtocol =
  | { readonly from: 'shipped'; readonly spec: ProtocolSpec }
  | { readonly from: 'module'; readonly href: string }
  | { readonly from: 'object'; readonly protocol: OwnProtocol }

/** Code of the user's: a module for the generator threads, or a function, which makes the run inline. */
export type ResolvedCode<Function> =
  | { readonly from: 'module'; readonly href: string }
  | { readonly from: 'function'; readonly run: Function }

/** A feed whose records are read when the run starts. */
export interface ResolvedFeed {
  readonly source: { readonly file: string } | { readonly records: readonly Readonly<Record<string, unknown>>[] }
  readonly pick: 'sequential' | 'random' | 'unique'
}

/**
 * What is sent where. A plan has one lane; a `mix` has one for each of its entries, with connections of its own, and the
 * arrivals of the one schedule are dealt out to them by weight.
 */
export interface ResolvedLane {
  /** Goes before the names of its operations; empty in a plan without `mix`. */
  readonly name: string
  readonly weight: number
  readonly target: Target
  readonly protocol: ResolvedProtocol
  /** Absent where the workload says what is sent. */
  readonly request: RequestSource | undefined
  readonly workload: WorkloadName
  readonly messageSize: MessageSize | undefined
  readonly messageFormat: MessageFormat | undefined
  readonly maxConnections: number
}

/**
 * A validated plan with every default filled in. Where it is not `inline`, it is plain data that crosses into the
 * generator threads as it stands.
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
  /** Eight hexadecimal digits at most; what `LOAD_SEED` takes. */
  readonly seed: string
  readonly threads: number | 'auto'
  readonly tls: TlsOptions
  readonly headers: Readonly<Record<string, string>>
  readonly monitor: MonitorTarget | 'auto' | 'off'
  readonly allowHosts: readonly string[]
}
