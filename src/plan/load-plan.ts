import type { MessageFormat } from '../model/body.ts'
import type { CustomProtocol } from '../model/custom-protocol.ts'
import type { Feed } from '../model/feed.ts'
import type { ArrivalPattern, ArrivalProcessName, PatternSpec } from '../model/pattern.ts'
import type {
  AbortLimits,
  ConnectionKind,
  MessageSize,
  OnInconclusive,
  Overflow,
  RequestContext,
  WorkloadName,
} from '../model/plan.ts'
import type { ProtocolSpec, ReconnectOptions } from '../model/protocol.ts'
import type { Sla } from '../model/sla.ts'
import type { MonitorTarget, Target, TlsOptions } from '../model/target.ts'
import type { Tracing } from '../model/trace.ts'
import type { Ms, Ratio, Rps } from '../model/units.ts'
import type { PlanRequest, ProtocolName } from '../protocols/index.ts'
import type { PatternName } from '../traffic/patterns/index.ts'
import type { JourneyFunction, SetupFunction } from './steps.ts'

/** One request, a weighted list of requests, or a function that creates them. */
export type RequestSource = PlanRequest | readonly PlanRequest[] | ((context: RequestContext) => PlanRequest)

/** A name, what a protocol's builder returned, a custom protocol, or the URL of a module that exports one by default. */
export type ProtocolChoice = ProtocolName | ProtocolSpec | CustomProtocol | URL

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
  readonly protocol?: ProtocolChoice
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

/** A load test as its author writes it. */
export interface LoadPlan {
  /** Where the load goes. Required, here or in the configuration. */
  readonly target?: Target
  /**
   * A name, its options (`tcp({ framing: 'newline' })`), or a custom protocol; default the protocol of the target's
   * scheme.
   */
  readonly protocol?: ProtocolChoice
  /** Load shape: a name, a builder's pattern or a custom object; default `'constant'`. */
  readonly pattern?: PatternName | PatternSpec | ArrivalPattern
  /** Requests per second: the pattern's base, peak or mean. */
  readonly rate?: Rps
  /** Length of the measured part: ms, or a string such as `'30s'`. */
  readonly duration?: Ms | string
  /** Closed model: number of requests always in flight, instead of `rate`. Suitable for throughput only. */
  readonly concurrency?: number
  /** How arrivals are placed on the pattern's curve; default `'jittered'`, below a mean of 1/s `'uniform'`. */
  readonly arrivals?: ArrivalProcessName
  /** Unmeasured traffic before the measured part: ms, or a string such as `'5s'`; default 0. */
  readonly warmUp?: Ms | string
  /** What is sent: a request, a weighted list, or a function; default: the protocol's, such as `GET /`. */
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
