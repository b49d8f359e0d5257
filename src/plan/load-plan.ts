import type { BatchFunction } from '../model/batch.ts'
import type { ChosenFormat } from '../model/body.ts'
import type { CustomProtocol } from '../model/custom-protocol.ts'
import type { Feed } from '../model/feed.ts'
import type { ArrivalPattern, ArrivalProcessName, PatternSpec } from '../model/pattern.ts'
import type {
  AbortLimits,
  ComparisonOptions,
  ConnectionKind,
  DurationRange,
  MessageSize,
  OnInconclusive,
  Overflow,
  RequestContext,
  WorkloadName,
} from '../model/plan.ts'
import type { ProtocolSpec, ReconnectKeys } from '../model/protocol.ts'
import type { AnyRequest } from '../model/requests.ts'
import type { Sla } from '../model/sla.ts'
import type { Against, MonitorTarget, Target, TlsOptions } from '../model/target.ts'
import type { Tracing } from '../model/trace.ts'
import type { Ms, Ratio, Rps } from '../model/units.ts'
import type { PlanRequest, ProtocolName, Requests } from '../protocols/index.ts'
import type { PatternName } from '../traffic/patterns/index.ts'
import type { JourneyFunction, SetupFunction } from './steps.ts'

/** One request, a weighted list of requests, or a function that creates them. */
export type RequestSource<Request = PlanRequest> = Request | readonly Request[] | ((context: RequestContext) => Request)

/**
 * A name, what a protocol's builder returned, a custom protocol, or the URL of a module that exports one by default.
 */
export type ProtocolChoice = ProtocolName | ProtocolSpec | CustomProtocol | URL

/** Operations by name, each a request with its `weight`. */
export type Operations<Request = PlanRequest> = Readonly<Record<string, Request>>

/** How a plan selects a shipped protocol: by its name, or with what its builder returned. */
type Selected<Name extends ProtocolName> = Name | ProtocolSpec<Name>

/** How a plan selects a custom protocol. */
type Custom = CustomProtocol | URL

/** Keys of a `mix` entry that do not depend on its protocol. */
interface MixEntryKeys {
  /** Prefix of its operations in the result; default the protocol's name. */
  readonly name?: string
  /** Share of the requests, relative to the other entries; default 1. */
  readonly weight?: number
  /** Where its requests go; default the plan's target. */
  readonly target?: Target
  /** Length of generated bodies; default the plan's. */
  readonly messageSize?: MessageSize
  /** `'text'`, `'binary'` or `'mixed'` for generated bodies; default the protocol's usual format. */
  readonly messageFormat?: ChosenFormat
  /** Maximum number of its connections; default the plan's. */
  readonly maxConnections?: number
}

interface MixEntryOf<Request> extends MixEntryKeys {
  /** What is sent: a request, or a weighted list. Default: the protocol's, such as `GET /`. */
  readonly request?: Request | readonly Request[]
  /** Operations by name, or work for an embedded target; default `'read'`. */
  readonly workload?: WorkloadName | Operations<Request>
}

interface NamedMixEntryOf<Protocol, Request> extends MixEntryOf<Request>, Choosing<Protocol> {}

interface UnnamedMixEntry extends MixEntryOf<PlanRequest>, Partial<Choosing<undefined>> {}

type NamedMixEntry = { [Name in ProtocolName]: NamedMixEntryOf<Selected<Name>, Requests[Name]> }[ProtocolName]

/** One protocol of a `mix`. `protocol` determines the keys of its requests. */
export type MixEntry = NamedMixEntry | UnnamedMixEntry

/** One protocol of a `mix` in which every entry names its protocol, which may be a custom one. */
export type NamedOrCustomMixEntry = NamedMixEntry | NamedMixEntryOf<Custom, AnyRequest>

/** What `mix([…])` returns: a workload over several protocols in one run. */
export interface Mix {
  readonly kind: 'mix'
  readonly entries: readonly (MixEntry | NamedOrCustomMixEntry)[]
}

/** Keys of a plan that also apply to every run of a suite. */
export interface SharedKeys {
  /** Headers of every request or handshake, where the protocol has headers. */
  readonly headers?: Readonly<Record<string, string>>
  /** How connections are used: `'pooled'` (default), `'long-lived'` or `'short-lived'` (one per request). */
  readonly connection?: ConnectionKind
  /** Maximum number of connections; default 100, over pipes 1. */
  readonly maxConnections?: number
  /**
   * Ceiling: at most this many requests, or journeys, start per second. With `concurrency`, the clients wait for it; a
   * pattern whose peak is higher is an issue.
   */
  readonly maxRps?: Rps
  /** Certificates for `https`, `wss` and `tls` targets: `{ ca: readFileSync('ca.pem', 'utf8') }`. */
  readonly tls?: TlsOptions
  /** What to monitor on the target; default `'auto'`. */
  readonly monitor?: MonitorTarget | 'auto' | 'off'
  /** Hosts other than loopback that the run may send load to, such as `'staging.example.com'` or `'10.0.0.0/8'`. */
  readonly allowHosts?: readonly string[]
  /** Repeats a run: the same seed gives the same arrivals and payloads. Random by default, and printed. */
  readonly seed?: number | string
  /** Number of generator threads; default `'auto'`: 1 until the peak rate needs more, at most cores − 1. */
  readonly threads?: number | 'auto'
  /** Which requests are traced; default `'slowest'`. */
  readonly tracing?: Tracing
  /** How an inconclusive verdict ends a test; default `'lean'`. */
  readonly onInconclusive?: OnInconclusive
}

declare const typed: unique symbol

/** Keys of a plan that do not depend on its protocol. */
interface PlanKeys extends SharedKeys {
  /** Never set: it distinguishes what has the type of a plan from an object literal, whose keys are checked. */
  readonly [typed]?: never
  /** Where the load goes. Required, here or in the configuration. */
  readonly target?: Target
  /** Load shape: a name, a builder's pattern or a custom object; default `'constant'`. */
  readonly pattern?: PatternName | PatternSpec | ArrivalPattern
  /** Requests per second: the pattern's base, peak or mean. */
  readonly rate?: Rps
  /**
   * Length of the measured part: ms, or a string such as `'30s'`. `{ min: '10s', max: '60s' }` ends as soon as every
   * limit of `sla`, and the comparison with `against`, is decided.
   */
  readonly duration?: Ms | string | DurationRange
  /**
   * A second target for a comparison side by side: another URL, a server to start, or `{ ref: 'origin/main' }`. The two
   * get the same load in turns. `duration` is then the time for both, and may be omitted.
   */
  readonly against?: Against
  /** How the two are compared; only with `against`. */
  readonly comparison?: ComparisonOptions
  /** Closed model: number of requests always in flight, instead of `rate`. Suitable for throughput only. */
  readonly concurrency?: number
  /** How arrivals are placed on the pattern's curve; default `'jittered'`, below a mean of 1/s `'uniform'`. */
  readonly arrivals?: ArrivalProcessName
  /** Unmeasured traffic before the measured part: ms, or a string such as `'5s'`; default 0. */
  readonly warmUp?: Ms | string
  /**
   * Operations that are sent together; `rate` and all counts remain in operations. Default 1; 10 with `batch` and with
   * `workload: 'batch'`. With `batch`, they are one message, over TCP one write on one connection, and with MCP
   * 2025-03-26 one JSON-RPC batch. Otherwise, they are requests at the same time.
   */
  readonly batchSize?: number
  /** Length of generated bodies; default `'small'`. */
  readonly messageSize?: MessageSize
  /** `'text'`, `'binary'` or `'mixed'` for generated bodies; default the protocol's usual format. */
  readonly messageFormat?: ChosenFormat
  /** Records for templates, by feed name. */
  readonly feeds?: Readonly<Record<string, Feed>>
  /** What happens when no connection is free; default `'queue'`. */
  readonly overflow?: Overflow
  /** How lost connections are reopened; `false` switches this off. */
  readonly reconnect?: ReconnectKeys | boolean
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
  /**
   * `false`: the test does not have to assert on the result, for example when the load only fills caches. Default
   * `true`.
   */
  readonly judge?: boolean
  /** `true` means `tracing: 'all'`, `false` means `'off'`. */
  readonly traceEveryRequest?: boolean
}

/** Keys of a plan that contain requests. */
interface Sending<Request> {
  /** What is sent: a request, a weighted list, or a function; default: the protocol's, such as `GET /`. */
  readonly request?: RequestSource<Request>
  /**
   * Makes one message of `batchSize` operations: a function `(items) => request`, or the URL of a module that exports
   * one by default. A function makes the run inline.
   */
  readonly batch?: URL | BatchFunction<Request>
  /** Several steps instead of one request: a journey, or the URL of a module that exports one by default. */
  readonly journey?: URL | JourneyFunction<Request>
  /**
   * Runs once per connection before its use, unmeasured: a function, or the URL of a module that exports one by
   * default. Its result is `{{setup}}` in templates.
   */
  readonly setup?: URL | SetupFunction<Request>
  /** Operations by name, a `mix([…])`, or work for an embedded target; default `'read'`. */
  readonly workload?: WorkloadName | Operations<Request> | Mix
}

interface Choosing<Protocol> {
  /**
   * A name, its options (`tcp({ framing: 'newline' })`), or a custom protocol; default the protocol of the target's
   * scheme.
   */
  readonly protocol: Protocol
}

interface PlanOf<Protocol, Request> extends PlanKeys, Sending<Request>, Choosing<Protocol> {}

interface UnnamedPlan extends PlanKeys, Sending<PlanRequest>, Partial<Choosing<undefined>> {}

/**
 * A load test as its author writes it. `protocol` determines the keys of its requests; without it, they are those of
 * every shipped protocol. A plan with a custom protocol is a `CustomPlan`.
 */
export type LoadPlan = { [Name in ProtocolName]: PlanOf<Selected<Name>, Requests[Name]> }[ProtocolName] | UnnamedPlan

/** A load test with a custom protocol, which defines the keys of its requests. */
export type CustomPlan = PlanOf<Custom, AnyRequest>

/**
 * A plan that was spread together from plans whose type is `LoadPlan` or `CustomPlan`. Each of them may have any
 * protocol, so the result has the type of no single one. The keys beside them must be keys of a plan.
 */
export type SpreadPlan<Plan, Options = object> = typeof typed extends keyof Plan
  ? Plan & WrittenPlan & { readonly [Key in Exclude<KeysOf<Plan>, keyof WrittenPlan | keyof Options>]: never }
  : LoadPlan

type KeysOf<Plan> = Plan extends unknown ? keyof Plan : never

/**
 * A plan that inherits a custom protocol from its group, which defines the keys of its requests: `const ask:
 * InheritedPlan = { request: { question: 'why' } }`.
 */
export interface InheritedPlan extends PlanKeys, Sending<AnyRequest>, Partial<Choosing<undefined>> {}

/** A request of any protocol, shipped or custom. */
export type WrittenRequest = PlanRequest | AnyRequest

/** A plan of either kind. Plans merge as this type, because an inner plan inherits the protocol of an outer one. */
export interface WrittenPlan extends PlanKeys, Sending<WrittenRequest>, Partial<Choosing<ProtocolChoice | undefined>> {}
