import type { Collector } from '../../measure/collector.ts'
import type { Doubt } from '../../model/doubt.ts'
import type { ResolvedLane, ResolvedLooks, ResolvedPlan } from '../../plan/resolved-plan.ts'
import type { AnyRequest } from '../../model/requests.ts'
import type { JudgedFigures, PhaseFigures } from '../../model/figures.ts'
import { mapValues } from '../../model/map-values.ts'
import { LOOK_PAIRS } from '../../model/comparison.ts'
import type { Ended, GeneratorFigures, LoadResult, TargetFigures } from '../../model/result.ts'
import type { PlanSummary } from '../../model/plan-summary.ts'
import { cleanJson, cleanNames, cleanText, foreignText } from '../../model/text/clean.ts'
import type { SlowRequest, TracingReport } from '../../model/trace.ts'
import type { Ms, Rps } from '../../model/units.ts'
import { makeReadable } from '../../report/readable-result.ts'
import { redirectDoubts, unitDoubts, worstRunDelay } from './generator-doubts.ts'
import type { CompiledPlan } from '../../plan/compiled-plan.ts'
import type { PlanCurve } from '../../traffic/patterns/index.ts'
import type { GeneratorState } from '../generator/messages.ts'
import { bulkOf } from '../generator/lane/bulk.ts'
import { doesWork, notesOn } from '../generator/lane/lane-picker.ts'
import type { Placement } from '../generator/placement.ts'
import type { TargetConnection } from '../target/target-connection.ts'
import { sum } from '../../model/sum.ts'

export interface ResultParts {
  readonly generatorId: string
  readonly plan: CompiledPlan
  readonly placement: Placement
  readonly collector: Collector
  /** One per lane; empty before the targets are ready. */
  readonly targets: readonly TargetConnection[]
  /** States of the threads that have reported. */
  readonly states: readonly GeneratorState[]
  readonly startedAt: Date
  /** Length of the measured part, until now or until the last request ended. */
  readonly elapsedMs: Ms
  readonly ended: Ended
  readonly endedBecause: string | undefined
  readonly target: TargetFigures
  readonly slowest: readonly SlowRequest[]
  readonly tracing: TracingReport
  readonly doubts: readonly Doubt[]
}

/**
 * Builds the frozen LoadResult of everything collected so far. Cleans the texts that the plan and the target
 * contribute; the generators have cleaned those of errors and statuses.
 */
export function buildResult(parts: ResultParts): LoadResult {
  const { plan, collector, states, ended } = parts
  const durationMs = ended === 'completed' ? plan.durationMs : Math.min(plan.durationMs, coveredMs(parts))
  const isDisturbed = parts.doubts.some(({ code }) => code === 'foreign-load')
  const shown = <Kind extends JudgedFigures>(figures: Kind): Kind => (isDisturbed ? figures : withoutDelays(figures))
  const total = shown(collector.total(durationMs))
  const protocol = protocolOf(parts)
  const doubts = [...parts.doubts, ...(protocol === 'http' ? redirectDoubts(total) : []), ...unitDoubts(collector)]
  const result: LoadResult = {
    schema: 1,
    type: 'describe-load:result',
    generatorId: parts.generatorId,
    name: cleanText(plan.name),
    plan: summaryOf(parts),
    protocol: cleanText(protocol),
    protocolVersion: versionOf(states),
    pattern: nameOfPattern(plan),
    arrivals: plan.pattern === undefined ? 'closed' : plan.arrivals,
    seed: plan.seed,
    startedAt: parts.startedAt.toISOString(),
    ended,
    ...(parts.endedBecause === undefined ? {} : { endedBecause: cleanText(parts.endedBecause) }),
    drainMs: Math.max(0, parts.elapsedMs - plan.durationMs),
    inFlight: collector.inFlight,
    unsolicited: sum(states.map(({ unsolicited }) => unsolicited.messages)),
    ...warmUpOf(states),
    ...batchingOf(parts, total.requestsSent),
    ...total,
    operations: cleanNames(mapValues(collector.operations(durationMs), shown)),
    phases: cleanNames(mapValues(phasesOf(parts, durationMs), shown)),
    journeys: plan.journey === undefined ? null : collector.journeys(durationMs),
    metrics: metricsOf(collector),
    pool: poolOf(states, parts.elapsedMs),
    connections: connectionsOf(states),
    intervalMs: collector.intervalMs,
    intervals: [...collector.intervals],
    generator: generatorOf(parts, doubts),
    target: targetOf(parts),
    slowest: parts.slowest,
    tracing: cleanJson(parts.tracing),
  }
  return deepFreeze(makeReadable(result))
}

/** Verdicts use the delays of requests only where other processes disturbed the run. */
function withoutDelays<Kind extends JudgedFigures>(figures: Kind): Kind {
  const { undelayedTime: _, ...batches } = figures.batches
  return { ...figures, batches }
}

/** Before the end of the run, only the collected time counts, because counts and time must cover the same time span. */
function coveredMs({ collector, ended, elapsedMs }: ResultParts): Ms {
  return ended === 'running' ? collector.coveredMs : Math.min(elapsedMs, collector.coveredMs)
}

function summaryOf({ plan, targets }: ResultParts): PlanSummary {
  const { curve } = plan
  return {
    ...(curve === undefined ? {} : { rate: meanRps(plan, curve) }),
    ...(plan.concurrency === undefined ? {} : { concurrency: plan.concurrency }),
    durationMs: plan.durationMs,
    warmUpMs: plan.warmUpMs,
    connection: plan.connection,
    maxConnections: sum(plan.lanes.map(({ maxConnections }) => maxConnections)),
    requestTimeoutMs: plan.requestTimeoutMs,
    sla: plan.sla,
    confidence: plan.confidence,
    ...(plan.looks !== undefined && { looks: looksOf(plan, plan.looks) }),
    ...(canEndEarly(plan) && { plannedDurationMs: longestMs(plan) }),
    onInconclusive: plan.onInconclusive,
    request: cleanText(formatRequests(plan, targets)),
    notes: cleanJson(plan.lanes.flatMap((lane, index) => notesOf(plan, lane, targets[index]))),
    ...(plan.once !== undefined && { once: true }),
  }
}

function looksOf(plan: CompiledPlan, { atMs, minMs }: ResolvedLooks): NonNullable<PlanSummary['looks']> {
  return {
    count: plan.comparison === undefined ? atMs.length : LOOK_PAIRS.length,
    minDurationMs: minMs,
    maxDurationMs: longestMs(plan),
  }
}

/** The duration of the plan is that of the run once it has ended. */
function longestMs({ curve, looks, durationMs }: CompiledPlan): Ms {
  return curve?.durationMs ?? Math.max(...(looks?.atMs ?? [durationMs]))
}

function canEndEarly({ looks, comparison, blocks }: CompiledPlan): boolean {
  return looks !== undefined || comparison !== undefined || blocks !== undefined
}

/** Significant digits of a computed rate, without the rounding errors of its computation. */
const RATE_DIGITS = 12

/** A run that ended early had the rate of the part until then. */
function meanRps({ durationMs }: CompiledPlan, curve: PlanCurve): Rps {
  if (durationMs === curve.durationMs) return curve.meanRps
  return Number(((curve.expectedBy(durationMs) * 1_000) / durationMs).toPrecision(RATE_DIGITS))
}

function warmUpOf(states: readonly GeneratorState[]): Pick<LoadResult, 'warmUp'> {
  const counts = Map.groupBy(
    states.flatMap(({ warmUp }) => Object.entries(warmUp)),
    ([operation]) => operation,
  )
  if (counts.size === 0) return {}
  const sent = Array.from(counts, ([operation, all]) => [operation, sum(all.map(([, count]) => count))] as const)
  const operations = Object.fromEntries(sent.filter(([operation]) => operation !== ''))
  return { warmUp: { requestsSent: sum(sent.map(([, count]) => count)), operations: cleanNames(operations) } }
}

function batchingOf(
  { plan, targets: [target], states }: ResultParts,
  requestsSent: number,
): Pick<LoadResult, 'batching'> {
  const { batchSize } = plan
  if (batchSize === 1) return {}
  if (bulkOf(plan, target?.protocol, target?.negotiated) === undefined) {
    return { batching: { batchSize, sentAs: 'concurrency', messagesSent: requestsSent } }
  }
  const messagesSent = sum(states.map(({ messages }) => messages))
  return { batching: { batchSize, sentAs: 'message', messagesSent } }
}

function versionOf(states: readonly GeneratorState[]): string | null {
  const version = states.find(({ protocolVersion }) => protocolVersion !== null)?.protocolVersion ?? null
  return version === null ? null : foreignText(version)
}

function metricsOf(collector: Collector): LoadResult['metrics'] {
  const figures = Object.entries(collector.metrics())
  return Object.fromEntries(figures.map(([name, each]) => [name, { ...each, unit: cleanText(each.unit) }]))
}

function targetOf({ target }: ResultParts): TargetFigures {
  const { url, unwatched } = target
  return { ...target, url: cleanText(url), ...(unwatched !== undefined && { unwatched: cleanText(unwatched) }) }
}

function protocolOf({ plan, targets }: ResultParts): string {
  if (plan.lanes.length > 1) return 'mix'
  const [{ protocol }] = plan.lanes
  return targets[0]?.protocol.name ?? (protocol.from === 'shipped' ? protocol.spec.kind : 'custom')
}

function formatRequests(plan: ResolvedPlan, targets: readonly TargetConnection[]): string {
  if (plan.journey !== undefined) return 'journeys'
  return plan.lanes
    .map((lane, index) => (lane.name === '' ? '' : `${lane.name}: `) + formatRequest(lane, targets[index]))
    .join('; ')
}

function formatRequest({ request, workload }: ResolvedLane, target: TargetConnection | undefined): string {
  if (request === undefined) {
    if (target === undefined || doesWork(target.protocol, target.url)) return `workload '${workload}'`
    return target.protocol.describe(target.protocol.healthRead)
  }
  if (typeof request === 'function') return 'made by a function'
  return ([request].flat() as readonly AnyRequest[])
    .map((each) => {
      const sent = target?.protocol.describe(each)
      if (each.name === undefined) return sent ?? JSON.stringify(each)
      // A custom protocol describes a request by its name.
      return sent === undefined || sent === each.name ? each.name : `${each.name}: ${sent}`
    })
    .join(', ')
}

function notesOf(plan: ResolvedPlan, lane: ResolvedLane, target: TargetConnection | undefined): readonly string[] {
  return target === undefined ? [] : notesOn(plan, lane, target.protocol, target.url)
}

function nameOfPattern({ pattern, curve, concurrency }: CompiledPlan): string {
  if (pattern === undefined || curve === undefined) return `concurrency ${concurrency ?? 0}`
  return 'kind' in pattern && typeof pattern.kind === 'string' ? pattern.kind : curve.name
}

/** `durationMs` is how long the run lasted: of a phase that was cut short, only that part counts. */
function phasesOf({ plan, collector }: ResultParts, durationMs: Ms): Record<string, PhaseFigures> {
  const phases = plan.curve?.phases ?? []
  return Object.fromEntries(
    phases.map(({ name, startMs, endMs }, index) => [
      name,
      {
        ...collector.phase(index, Math.max(0, Math.min(endMs, durationMs) - startMs)),
        startMs,
        endMs,
      } satisfies PhaseFigures,
    ]),
  )
}

function poolOf(states: readonly GeneratorState[], elapsedMs: Ms): LoadResult['pool'] {
  const pools = states.flatMap((state) => state.pools)
  return {
    size: sum(pools.map(({ size }) => size)),
    peakInUse: sum(pools.map(({ peakInUse }) => peakInUse)),
    // Each thread has a separate pool; a request waits when the pool of its thread is full.
    fullRatio:
      pools.length === 0 || elapsedMs <= 0
        ? 0
        : Math.min(1, sum(pools.map(({ fullMs }) => fullMs)) / pools.length / elapsedMs),
  }
}

function connectionsOf(states: readonly GeneratorState[]): LoadResult['connections'] {
  const total = (key: 'opened' | 'closed' | 'reconnects' | 'resent' | 'failed'): number =>
    sum(states.flatMap(({ pools }) => pools.map((pool) => pool[key])))
  return {
    opened: total('opened'),
    closed: total('closed'),
    reconnects: total('reconnects'),
    resent: total('resent'),
    failed: total('failed'),
  }
}

function generatorOf({ placement, states, elapsedMs, plan }: ResultParts, doubts: readonly Doubt[]): GeneratorFigures {
  const eventLoopUtilization = Math.max(0, ...states.map((state) => state.eventLoopUtilization))
  return {
    threads: placement.threads,
    mode: placement.inlineBecause === undefined ? 'worker' : 'inline',
    wake: plan.pattern === undefined ? 'closed' : placement.wake,
    cpuPercent: elapsedMs > 0 ? (100 * sum(states.map(({ cpuMs }) => cpuMs))) / elapsedMs : 0,
    eventLoopUtilization,
    runDelayRatio: worstRunDelay(states),
    doubts: cleanJson(doubts),
  }
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}
