import type { ArrivalPattern, ArrivalProcessName, PatternSpec, Random } from './pattern.ts'
import type { ReconnectOptions } from './protocol.ts'
import type { HttpRequest } from './requests.ts'
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

export type Target = string | URL | (() => string | URL | Promise<string | URL>) | CommandTarget

export type ConnectionKind = 'long-lived' | 'short-lived' | 'pooled'
export type Overflow = 'queue' | 'drop'
export type OnInconclusive = 'fail' | 'warn'
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

export type MonitorTarget = { readonly pid: number } | { readonly port: number }

/** What a request function learns; it is called ahead of time, in the test's thread. */
export interface RequestContext {
  /** Position of the request in the schedule, from 0. */
  readonly sequence: number
  /** Seeded by (seed, sequence): the same for every run with this seed, whatever the threads. */
  readonly random: Random
}

export type RequestSource = HttpRequest | readonly HttpRequest[] | ((context: RequestContext) => HttpRequest)

/** A load test as its author writes it. SPEC: one table row per key. */
export interface LoadPlan {
  readonly target?: Target
  readonly protocol?: 'http'
  readonly pattern?: PatternName | PatternSpec | ArrivalPattern
  /** Requests per second: the pattern's base, peak or mean. */
  readonly rate?: Rps
  readonly duration?: Ms | string
  /** Closed model: this many in flight always, instead of `rate`. */
  readonly concurrency?: number
  readonly arrivals?: ArrivalProcessName
  readonly warmUp?: Ms | string
  readonly request?: RequestSource
  readonly connection?: ConnectionKind
  readonly maxConnections?: number
  readonly overflow?: Overflow
  readonly reconnect?: Partial<ReconnectOptions> | boolean
  readonly requestTimeout?: Ms | string
  readonly sla?: Sla
  readonly abortOn?: 'sla' | AbortLimits
  readonly confidence?: Ratio
  readonly onInconclusive?: OnInconclusive
  readonly tracing?: 'off'
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

/**
 * A validated plan with every default filled in. Where it is not `inline`, it is plain data that crosses into the
 * generator threads as it stands.
 */
export interface ResolvedPlan {
  readonly name: string
  readonly target: Target
  readonly protocol: string
  /** Absent in the closed model. */
  readonly pattern: PatternSpec | ArrivalPattern | undefined
  readonly durationMs: Ms
  readonly concurrency: number | undefined
  readonly arrivals: ArrivalProcessName
  readonly warmUpMs: Ms
  readonly request: RequestSource | undefined
  readonly connection: ConnectionKind
  readonly maxConnections: number
  readonly overflow: Overflow
  readonly reconnect: ReconnectOptions
  readonly requestTimeoutMs: Ms
  readonly sla: Sla
  readonly abortOn: ResolvedAbort | undefined
  readonly confidence: Ratio
  readonly onInconclusive: OnInconclusive
  readonly tracing: 'off'
  /** Eight hexadecimal digits at most; what `LOAD_SEED` takes. */
  readonly seed: string
  readonly threads: number | 'auto'
  readonly tls: TlsOptions
  readonly headers: Readonly<Record<string, string>>
  readonly monitor: MonitorTarget | 'auto' | 'off'
  readonly allowHosts: readonly string[]
}
