import type { Sample } from '../../../model/sample.ts'
import type { Recorder } from '../../../measure/recorder.ts'
import type { Tracer } from '../../../measure/tracing/tracer.ts'
import type { ResolvedLane, ResolvedPlan } from '../../../plan/resolved-plan.ts'
import type { Delays } from '../../../model/delays.ts'
import type { ConnectContext, Protocol } from '../../../model/protocol.ts'
import type { AnyRequest } from '../../../model/requests.ts'
import type { SetupFunction } from '../../../model/setup.ts'
import { toClock } from '../../../model/blocks.ts'
import { sum } from '../../../model/sum.ts'
import { startTimeoutMs } from '../../../model/target.ts'
import type { SentRequest, SpanAbout } from '../../../model/trace.ts'
import type { Count } from '../../../model/units.ts'
import { serverOf } from '../../../protocols/trace-field.ts'
import { warmUpCurve, warmUpLeadMs } from '../../../plan/compiled-plan.ts'
import { inBlocks } from '../../../traffic/arrivals/in-blocks.ts'
import { arrivalsOf, guardedArrivals } from '../../../traffic/arrivals/index.ts'
import { isCustomPattern } from '../../../traffic/patterns/custom-pattern.ts'
import { randomFrom } from '../../../traffic/arrivals/random.ts'
import type { RunClock } from '../../../traffic/clock.ts'
import { connectionsForRate } from '../../../traffic/connections/needed-connections.ts'
import type { PoolOptions } from '../../../traffic/connections/pool-options.ts'
import { Dispatcher } from '../../../traffic/dispatch.ts'
import type { DispatchEvents, DispatchOptions } from '../../../traffic/dispatch-options.ts'
import { Browser } from '../../../traffic/journeys/browser.ts'
import { journeyArrivals } from '../../../traffic/journeys/journey-arrivals.ts'
import { ClosedSchedule, Schedule } from '../../../traffic/schedule.ts'
import { exactWake } from '../../../traffic/wake/exact.ts'
import { tickWake } from '../../../traffic/wake/tick.ts'
import { maxBytesOf } from '../../../traffic/payloads/index.ts'
import { shareOfMix } from '../../../traffic/workloads/mix.ts'
import { type Draw, drawBy, drawInTurn } from '../../../traffic/workloads/picker.ts'
import { onePicker, type RequestPicker } from '../../../traffic/workloads/picker.ts'
import type { UserCode } from '../../user-modules.ts'
import type { DescriptorBudget } from '../descriptor-budget.ts'
import { batchOf, Bulk, BulkConnection, bulkOf, bulkPicker } from './bulk.ts'
import { holdsConnection, isHttp, journeysOf } from './journeys.ts'
import { type LaneRequest, lanePicker } from './lane-picker.ts'
import type { Listening } from './listening.ts'
import type { GeneratorJob, LaneJob } from '../messages.ts'
import { descriptorsOf } from '../resources.ts'
import { setUp } from './setup.ts'
import { AwaitingSetup } from './templates.ts'

export interface LaneParts {
  readonly job: GeneratorJob
  /** Position in the plan's lanes. */
  readonly index: number
  readonly lane: ResolvedLane
  readonly laneJob: LaneJob
  readonly protocol: Protocol<AnyRequest>
  readonly clock: RunClock
  readonly recorder: Recorder
  readonly delays: Delays
  /** Undefined if nothing is traced. */
  readonly tracer: Tracer | undefined
  /** Source of the requests that another thread makes; undefined if there are none. */
  readonly fed: RequestPicker<AnyRequest> | undefined
  readonly code: UserCode
  readonly descriptors: DescriptorBudget
  /** Defined if responses may be matched by their order. */
  readonly listening: Listening | undefined
  /** Returns a number for a connection that is unique in the run. */
  nextConnection(): number
  /** Called when messages arrive that are not a response to any request; see `ConnectContext`. */
  unsolicited(messages: number, ambiguous: number): void
  /** Called with the number of messages of each measured batch, if batches are messages. */
  messages(count: Count): void
  /** Called for each line on a server's standard output that is not a message. */
  strayLine(): void
  /** Called when a connection has started a process of the target. */
  started(pid: number): void
  ended(): void
  broken(error: unknown): void
  log(text: string): void
}

/** Creates the dispatcher of one generator thread for one lane, with its arrivals, connections and requests. */
export function dispatcherFor(parts: LaneParts): Dispatcher<LaneRequest | Bulk> {
  const { job, index, lane, protocol, clock, tracer, fed, code, listening } = parts
  const { plan, feeds, thread, threads, wake } = job
  const { curve, concurrency, batchSize, blocks } = plan
  const { journey } = code
  const isBulk = isBulkLane(parts)
  const { stdio } = parts.laneJob
  const url = new URL(parts.laneJob.url)
  const operationOf = operationNamer(lane.name)
  const { takes, drawFrom } = drawsOf(plan, index)
  const picker =
    journey === undefined ? lanePicker({ plan, lane, protocol, url, feeds, fed, drawFrom }) : onePicker<LaneRequest>({})
  const sent: RequestPicker<LaneRequest | Bulk> = isBulk ? bulkPicker(picker, batchSize, protocol, code.batch) : picker
  const options = {
    share: { thread, threads, takes },
    picker: sent,
    operationOf,
    ...(isBulk && { batchSize, batchOf: (payload: LaneRequest | Bulk) => batchOf(payload, operationOf) }),
  }
  const lastArrivalMs = blocks === undefined ? plan.durationMs : toClock(blocks, plan.durationMs)
  const warmUp = warmUpCurve(plan)
  const isCustom = plan.pattern !== undefined && isCustomPattern(plan.pattern)
  const starts =
    curve === undefined
      ? new ClosedSchedule({ ...options, firstStartMs: -warmUpLeadMs(plan) })
      : new Schedule({
          ...options,
          arrivalTimes: inBlocks(isCustom ? guardedArrivals(arrivalsOf(curve, plan)) : arrivalsOf(curve, plan), blocks),
          warmUp: warmUp && {
            arrivalTimes: arrivalsOf(warmUp, plan, 'warm-up'),
            durationMs: warmUpLeadMs(plan),
          },
          phases: curve.phases ?? [],
        })
  return new Dispatcher(
    {
      clock,
      delays: parts.delays,
      mayRest: plan.lanes.length === 1,
      ...(tracer !== undefined && { traceIds: tracer.ids }),
      source:
        journey === undefined
          ? starts
          : journeyArrivals(
              starts,
              journeysOf({
                plan,
                lane,
                protocol,
                url,
                feeds,
                journey,
                metrics: parts.recorder.metrics,
                clock,
                lastArrivalMs,
              }),
            ),
      overflow: plan.overflow,
      requestTimeoutMs: plan.requestTimeoutMs,
      connectTimeout: stdio && { ms: startTimeoutMs(stdio), key: 'startTimeout' },
      concurrency: concurrency === undefined ? undefined : shareOf(concurrency, thread, threads),
      ...(plan.maxRps !== undefined && { startGapMs: (1_000 * threads) / plan.maxRps }),
      lastArrivalMs,
      holdConnections: holdsConnection(plan, lane),
      staysOpen: listening !== undefined,
      makeWake: (onWake) => (wake === 'exact' ? exactWake : tickWake)(clock, onWake),
      pool: poolOptions(parts, url),
    },
    eventsOf(parts, url),
  )
}

/** How a lane chooses its positions of the schedule, and among its requests. */
interface LaneDraws {
  takes(this: void, position: number): boolean
  drawFrom(this: void, weights: readonly number[]): Draw
}

/** Draws by weight; or in turn, if each operation is sent once. */
function drawsOf({ lanes, once, seed }: ResolvedPlan, index: number): LaneDraws {
  if (once === undefined) {
    const weights = lanes.map(({ weight }) => weight)
    return { takes: shareOfMix(weights, index, seed), drawFrom: (ofRequests) => drawBy(ofRequests, seed) }
  }
  const draw = drawInTurn(sum(once.operations.slice(0, index)), sum(once.operations))
  const count = once.operations[index] ?? 0
  return { takes: (position) => draw(position) >= 0 && draw(position) < count, drawFrom: () => draw }
}

/** How the connections of a lane are opened, prepared and reopened. */
function poolOptions(parts: LaneParts, url: URL): DispatchOptions<LaneRequest | Bulk>['pool'] {
  const { job, index, lane, laneJob, protocol, code, descriptors, listening } = parts
  const { plan, thread, threads } = job
  const context: Omit<ConnectContext, 'signal'> = {
    tls: plan.tls,
    headers: plan.headers,
    // A short-lived connection that a journey holds, or that has a setup, still serves more than one exchange. One that
    // may match by order stays open until the pool closes it, so that it can listen after the last response of the run.
    reuse:
      plan.connection !== 'short-lived' ||
      holdsConnection(plan, lane) ||
      code.setup !== undefined ||
      listening !== undefined,
    negotiated: laneJob.negotiated,
    log: parts.log,
    // If only the setup matches by order, no measured latency is in doubt.
    onUnsolicited: (messages, ambiguous) => parts.unsolicited(messages, listening === undefined ? 0 : ambiguous),
    ...(lane.messageSize !== undefined && { messageBytes: maxBytesOf(lane.messageSize, protocol) }),
    onStrayLine: parts.strayLine,
    ...(job.traceparent !== undefined && { traceparent: job.traceparent }),
    ...(laneJob.address !== undefined && { address: laneJob.address }),
    ...(laneJob.socketPath !== undefined && { socketPath: laneJob.socketPath }),
    ...(laneJob.stdio !== undefined && { stdio: laneJob.stdio }),
  }
  const needed = neededConnections(parts)
  const isBulk = isBulkLane(parts)
  return {
    kind: plan.connection,
    maxConnections: shareOf(lane.maxConnections, thread, threads),
    reconnect: plan.reconnect,
    ...(needed !== undefined && { needed }),
    random: randomFrom(plan.seed, 'backoff', index, thread),
    async connect(signal) {
      const connection = await descriptors.connect(descriptorsOf(laneJob.stdio), () =>
        protocol.connect(url, { ...context, signal }),
      )
      if (connection.pid !== undefined) parts.started(connection.pid)
      return isBulk && code.setup === undefined ? new BulkConnection(connection, parts.messages) : connection
    },
    ...(listening !== undefined && { listen: (connection, signal) => listening.before(connection, signal) }),
    ...(code.setup !== undefined && { prepare: preparing(parts, code.setup, url) }),
  }
}

/** Passes what happens to the requests of a lane to the recorder and the tracer. */
function eventsOf(parts: LaneParts, url: URL): DispatchEvents {
  const { job, protocol, recorder, tracer, listening } = parts
  const sent = sentDescriber(protocol, url)
  const describe = requestNamer(protocol, url)
  return {
    arrived: (sample) => recorder.arrived(sample),
    settled(sample) {
      recorder.settled(sample, describe)
      listening?.settled(sample)
      tracer?.settled(sample, sent)
    },
    journeyArrived: (journey) => recorder.journeyArrived(journey),
    journeySettled(journey) {
      recorder.journeySettled(journey, describe)
      tracer?.journeySettled(journey)
    },
    undispatched(reason, phase, count) {
      recorder.undispatched(reason, phase, count)
      if (job.plan.journey !== undefined) recorder.journeysUndispatched(reason, count)
    },
    connected: (connectMs) => recorder.connected(connectMs),
    gap: (sample, gapMs) => recorder.gap(sample, gapMs),
    ended: parts.ended,
    broken: parts.broken,
    log: parts.log,
  }
}

/** The closed model gives the number of requests in flight; the steps of a journey depend on its answers. */
function neededConnections(parts: LaneParts): PoolOptions<LaneRequest>['needed'] {
  const { job, lane } = parts
  const { plan, thread, threads } = job
  const { concurrency, batchSize, curve } = plan
  if (plan.journey !== undefined) return undefined
  if (concurrency !== undefined) {
    return (_, maxInFlight) => Math.ceil(shareOf(concurrency, thread, threads) / maxInFlight)
  }
  if (curve === undefined) return undefined
  const weights = sum(plan.lanes.map(({ weight }) => weight))
  const peakRps = (curve.peakRps * lane.weight) / weights / threads
  // A batch that is one message needs one connection.
  const expected = isBulkLane(parts) ? { peakRps: peakRps / batchSize, batchSize: 1 } : { peakRps, batchSize }
  return (connectMs, maxInFlight) => connectionsForRate(expected, connectMs, maxInFlight)
}

/** Share of `total` for one of `threads`: the shares add up to `total`, and each is at least 1. */
function shareOf(total: number, thread: number, threads: number): number {
  return Math.max(1, Math.floor(total / threads) + (thread < total % threads ? 1 : 0))
}

/** Returns a function that runs the plan's setup on a connection before its first request. */
function preparing(
  parts: LaneParts,
  setup: SetupFunction,
  url: URL,
): NonNullable<PoolOptions<LaneRequest | Bulk>['prepare']> {
  const { lane, job, protocol, nextConnection } = parts
  const isBulk = isBulkLane(parts)
  const home = { host: url.hostname, basePath: url.pathname, headers: job.plan.headers }
  const describe = requestNamer(protocol, url)
  return async (connection, signal) => {
    const prepared = await setUp(connection, {
      setup,
      protocol,
      number: nextConnection(),
      userAgent: isHttp(lane) ? new Browser(home) : undefined,
      describe,
      signal,
    })
    return isBulk ? new BulkConnection(prepared, parts.messages) : prepared
  }
}

/** Whether batches of this lane are messages. */
function isBulkLane({ job: { plan }, protocol, laneJob }: LaneParts): boolean {
  return bulkOf(plan, protocol, laneJob.negotiated) !== undefined
}

/**
 * Returns the operation name of a request. In a mix, the lane's name comes first; a request without a name has the
 * lane's name only.
 */
function operationNamer(lane: string): (request: LaneRequest) => string {
  if (lane === '') return ({ name = '' }) => name
  const names = new Map<string, string>()
  return ({ name = '' }) => {
    let full = names.get(name)
    if (full === undefined) names.set(name, (full = name === '' ? lane : `${lane} ${name}`))
    return full
  }
}

/** Returns a function that names a failed request by its operation and by what was sent: `create: POST /orders`. */
function requestNamer(
  protocol: Protocol<AnyRequest>,
  url: URL,
): (sent: Pick<Sample, 'operation' | 'payload'>) => string {
  return ({ operation, payload }) => {
    const request = payload instanceof AwaitingSetup ? payload.written : payload
    if (typeof request !== 'object' || request === null) return operation
    const sent = protocol.describe(request as AnyRequest, url)
    // A custom protocol describes a request by its name.
    if (operation === '' || operation === sent || operation.endsWith(` ${sent}`)) return operation || sent
    return `${operation}: ${sent}`
  }
}

/**
 * Returns a function that describes the requests of one lane for their spans, once per request in the plan. Custom
 * protocols have no conventions, and a request that needs the setup of its connection may contain secrets of it; their
 * spans only name the target.
 */
function sentDescriber(protocol: Protocol<AnyRequest>, url: URL): (payload: unknown) => SentRequest {
  const known = new WeakMap<object, SentRequest>()
  const plain: SpanAbout = { name: protocol.name, attributes: serverOf(url) }
  const sentAlone = (request: AnyRequest): SentRequest => ({
    about: protocol.span?.(request, url) ?? plain,
    messageBytes: protocol.messageBytes?.(request),
  })
  const sentTogether = ({ items, message }: Bulk): SentRequest => {
    const parts = (message === undefined ? items : [message]).map(describe)
    const sizes = parts.flatMap(({ messageBytes }) => messageBytes ?? [])
    return {
      about: parts[0]?.about ?? plain,
      messageBytes: sizes.length === parts.length ? sum(sizes) : undefined,
    }
  }
  const describe = (payload: unknown): SentRequest => {
    if (typeof payload !== 'object' || payload === null) return { about: plain, messageBytes: undefined }
    if (payload instanceof AwaitingSetup) {
      const { rendered } = payload
      return { about: plain, messageBytes: rendered && protocol.messageBytes?.(rendered) }
    }
    let sent = known.get(payload)
    if (sent === undefined) {
      sent = payload instanceof Bulk ? sentTogether(payload) : sentAlone(payload as AnyRequest)
      known.set(payload, sent)
    }
    return sent
  }
  return describe
}
