import type { HistoryEntry, StoredFigures, StoredRun } from '../../model/baseline.ts'
import type { Distribution, JudgedFigures } from '../../model/figures.ts'
import { mapValues } from '../../model/map-values.ts'
import type { Environment } from '../../model/record.ts'
import type { LoadResult } from '../../model/result.ts'
import type { ComparedKey, ComparedPlan, RunDifference } from '../../model/run-difference.ts'
import { cpuPerRequest } from '../analysis/cpu-per-request.ts'
import { adoptResult } from '../subject.ts'

/** Returns what a baseline keeps of a result. */
export function storedRun(result: LoadResult, environment: Environment): StoredRun {
  const run = adoptResult(result)
  const part = (figures: JudgedFigures): StoredFigures => withoutRepeated(storedFigures(figures), run)
  return {
    startedAt: run.startedAt,
    environment,
    plan: comparedPlan(run),
    cpuMsPerRequest: measuredCpuMs(run),
    ...storedFigures(run),
    operations: mapValues(run.operations, part),
    phases: mapValues(run.phases, part),
    journeys: run.journeys === null ? null : part(run.journeys),
  }
}

/** Returns the line of a result in a history. */
export function historyEntry(result: LoadResult, environment: Environment): HistoryEntry {
  const { responseTime, throughputRps, errorRate } = result
  return {
    schema: 1,
    test: result.name,
    startedAt: result.startedAt,
    environment,
    plan: comparedPlan(result),
    p50Ms: responseTime.p50Ms ?? null,
    p95Ms: responseTime.p95Ms ?? null,
    p99Ms: responseTime.p99Ms ?? null,
    meanMs: responseTime.meanMs ?? null,
    throughputRps,
    errorRate,
    cpuMsPerRequest: measuredCpuMs(result),
  }
}

/** Returns the CPU time of the target per request; null if it is unknown, or too little to measure it. */
export function measuredCpuMs(run: LoadResult): number | null {
  const cpu = cpuPerRequest(run)
  return cpu === null || cpu.isBound ? null : cpu.ms
}

function storedFigures(figures: JudgedFigures): StoredFigures {
  const { requestsScheduled, successes, unanswered, errorRate, throughputRps, responseTime, serviceTime } = figures
  return { requestsScheduled, successes, unanswered, errorRate, throughputRps, responseTime, serviceTime }
}

/** An empty text means the histogram of the whole run. */
function withoutRepeated(part: StoredFigures, { responseTime, serviceTime }: JudgedFigures): StoredFigures {
  const without = (times: Distribution, ofRun: Distribution): Distribution =>
    times.p50Ms === undefined || times.histogram !== ofRun.histogram ? times : { ...times, histogram: '' }
  return {
    ...part,
    responseTime: without(part.responseTime, responseTime),
    serviceTime: without(part.serviceTime, serviceTime),
  }
}

/** Returns the figures of the same part of a stored run; undefined if the stored run does not have it. */
export function storedPart(stored: StoredRun, figures: JudgedFigures, run: LoadResult): StoredFigures | undefined {
  if (figures === run) return stored
  if (figures === run.journeys) return stored.journeys === null ? undefined : complete(stored.journeys, stored)
  for (const key of ['operations', 'phases'] as const) {
    const name = Object.keys(run[key]).find((each) => run[key][each] === figures)
    const part = name === undefined ? undefined : stored[key][name]
    if (part !== undefined) return complete(part, stored)
  }
  return undefined
}

function complete(part: StoredFigures, { responseTime, serviceTime }: StoredRun): StoredFigures {
  const whole = (times: Distribution, ofRun: Distribution): Distribution =>
    times.histogram === '' && ofRun.histogram !== undefined ? { ...times, histogram: ofRun.histogram } : times
  return {
    ...part,
    responseTime: whole(part.responseTime, responseTime),
    serviceTime: whole(part.serviceTime, serviceTime),
  }
}

export function comparedPlan({ plan, ...run }: LoadResult): ComparedPlan {
  const { rate, concurrency } = plan
  return {
    protocol: run.protocol,
    protocolVersion: run.protocolVersion,
    pattern: run.pattern,
    arrivals: run.arrivals,
    offeredRps: run.offeredRps,
    ...(rate !== undefined && { rate }),
    ...(concurrency !== undefined && { concurrency }),
    // Runs of one plan may end at different times.
    durationMs: plan.plannedDurationMs ?? plan.durationMs,
    warmUpMs: plan.warmUpMs,
    connection: plan.connection,
    maxConnections: plan.maxConnections,
    requestTimeoutMs: plan.requestTimeoutMs,
    request: plan.request,
  }
}

/** Where and how a run was measured. */
export interface RunOrigin {
  readonly environment: Environment
  readonly plan: ComparedPlan
}

const PLAN_KEYS = [
  'protocol',
  'protocolVersion',
  'pattern',
  'arrivals',
  'rate',
  'concurrency',
  'durationMs',
  'warmUpMs',
  'connection',
  'maxConnections',
  'requestTimeoutMs',
  'request',
] as const satisfies readonly (keyof ComparedPlan)[]

type Comparable = string | number | null | undefined

/** Returns what makes two runs incomparable: another machine, Node.js, describe-load or plan. Empty if nothing does. */
export function differencesBetween(stored: RunOrigin, current: RunOrigin): readonly RunDifference[] {
  const pairs: (readonly [ComparedKey, Comparable, Comparable])[] = [
    ...machineOf(stored.environment).map(
      ([key, value], index) => [key, value, machineOf(current.environment)[index]?.[1]] as const,
    ),
    ...PLAN_KEYS.map((key) => [key, stored.plan[key], current.plan[key]] as const),
  ]
  const differences = pairs.flatMap(([key, before, now]) =>
    before === now ? [] : [{ key, stored: shown(before), current: shown(now) }],
  )
  // A pattern without a plain rate differs only in its arrivals.
  return differences.length > 0 || isSameLoad(stored.plan, current.plan)
    ? differences
    : [{ key: 'offeredRps', stored: shown(stored.plan.offeredRps), current: shown(current.plan.offeredRps) }]
}

/** Returns whether two runs were measured on the same machine with the same software. */
export function isSameMachine(a: Environment, b: Environment): boolean {
  const other = machineOf(b)
  return machineOf(a).every(([, value], index) => value === other[index]?.[1])
}

/**
 * The properties of a machine that decide how fast it is. Minor releases of Node.js and of describe-load change speed
 * and measurement, patches rarely; the kernel of a hosted machine has a new patch every few weeks. The reported memory
 * varies by some MB.
 */
function machineOf(environment: Environment): readonly (readonly [ComparedKey, Comparable])[] {
  const { node, os, cpu, cpus, memoryMb, describeLoad } = environment
  return [
    ['cpu', cpu],
    ['cpus', cpus],
    ['memoryMb', Math.round(memoryMb / 1_024)],
    ['os', /^\S+ \d+\.\d+/.exec(os)?.[0] ?? os],
    ['node', minor(node)],
    ['describeLoad', minor(describeLoad)],
  ]
}

function minor(version: string | undefined): string | undefined {
  return version === undefined ? undefined : (/^\d+\.\d+/.exec(version)?.[0] ?? version)
}

function shown(value: Comparable): string {
  return value === undefined || value === null ? 'unknown' : String(value)
}

/** Allowed difference of rates, beside what random arrivals explain. */
const SAME_RATE = 0.02
const RANDOM_DEVIATIONS = 5

function isSameLoad(stored: ComparedPlan, current: ComparedPlan): boolean {
  if (stored.concurrency !== undefined) return true
  const arrivals = (Math.min(stored.offeredRps, current.offeredRps) * stored.durationMs) / 1_000
  const allowed = SAME_RATE + (arrivals > 0 ? RANDOM_DEVIATIONS / Math.sqrt(arrivals) : 0)
  return Math.abs(stored.offeredRps - current.offeredRps) <= allowed * stored.offeredRps
}
