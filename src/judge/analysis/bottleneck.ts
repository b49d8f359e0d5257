/**
 * Identifies the exhausted resource by exclusion: first the generator (if it was the limit, the run shows nothing about
 * the target), then a rate limit, resources that were measured as full, other refusals, and waits. Each piece of
 * evidence contains its figures.
 */
import type { Bottleneck, BottleneckEvidence, BottleneckFacts, BottleneckResource } from '../../model/bottleneck.ts'
import { type ErrorClass, isAnswered } from '../../model/error-class.ts'
import type { ErrorCount } from '../../model/figures.ts'
import type { LoadResult, TargetSample } from '../../model/result.ts'
import { sum } from '../../model/sum.ts'
import { busiestCpu, cpuQuota, FULL_CPU, meanCpu, meanUse, ONE_THREAD } from '../../model/target-use.ts'
import { bottleneckEvidence } from '../../wording/bottleneck.ts'
import { REFUSED, type TrialOutcome } from './limit-trial.ts'

export interface OverloadEvidence {
  /** Run far below the limit. */
  readonly calm: LoadResult
  /** Run above the limit, preferably a saturation. */
  readonly overloaded: LoadResult
  /** Trials in which the generator could not deliver the load. */
  readonly toolLimited: readonly TrialOutcome[]
  readonly machine: { readonly cpus: number; readonly memoryMb: number }
}

/** CPU use of a process, in % of one core, from which the target counts as busy instead of waiting. */
const BUSY_CPU = 70
const FULL_MEMORY = 0.85
const BUSY_GENERATOR = 0.95
/** Nominal speeds of links, in bits per second. */
const LINKS: readonly number[] = [1e8, 1e9, 2.5e9, 1e10]

export function bottleneckOf(evidence: OverloadEvidence): Bottleneck {
  const found =
    generator(evidence) ??
    rateLimit(evidence) ??
    targetMemory(evidence) ??
    targetCpu(evidence) ??
    refusal(evidence) ??
    connections(evidence) ??
    network(evidence) ??
    downstreamWait(evidence)
  return found ?? bottleneck(null, [nothingShown(evidence), ...surroundings(evidence)])
}

/** Returns a bottleneck with the sentences of its evidence. */
export function bottleneck(resource: BottleneckResource | null, facts: readonly BottleneckFacts[]): Bottleneck {
  return { resource, evidence: facts.map(bottleneckEvidence) }
}

/** Share of time that a generator thread waits for a core, above which other processes occupy the cores. */
const WAITS = 0.2

function generator(evidence: OverloadEvidence): Bottleneck | undefined {
  const { toolLimited, overloaded } = evidence
  if (toolLimited.length === 0) return undefined
  // The target used the cores that the generator waited for.
  if ((overloaded.generator.runDelayRatio ?? 0) > WAITS && sharedCores(evidence) !== undefined) return undefined
  const { cpuPercent, eventLoopUtilization, threads, runDelayRatio, doubts } = overloaded.generator
  const facts: BottleneckFacts[] = [
    ...toolLimited.map(
      ({ rate, reasons: [reason = null] }) => ({ code: 'not-delivered', rateRps: rate, reason }) as const,
    ),
    { code: 'generator-use', cpuPercent, threads, busyRatio: eventLoopUtilization },
    ...(runDelayRatio ? [{ code: 'generator-waited', runDelayRatio } as const] : []),
  ]
  // The doubt says the same, with a remedy.
  const isDoubted = doubts.some(({ code }) => code === 'saturated-cpu')
  const shown = isDoubted ? facts.filter(({ code }) => code !== 'generator-waited') : facts
  return { resource: 'generator', evidence: distinct([...shown.map(bottleneckEvidence), ...doubts]) }
}

const TOO_MANY_REQUESTS = '429'

/** A target that says that there are too many requests may use all of its CPU to say so. */
function rateLimit(evidence: OverloadEvidence): Bottleneck | undefined {
  const { statuses, requestsScheduled } = evidence.overloaded
  return (statuses[TOO_MANY_REQUESTS] ?? 0) > REFUSED * requestsScheduled ? refusal(evidence) : undefined
}

/** Errors of a target whose resources are not full. */
function refusal({ overloaded }: OverloadEvidence): Bottleneck | undefined {
  const { errorsByClass, requestsScheduled } = overloaded
  const answered = (Object.entries(errorsByClass) as [ErrorClass, ErrorCount][]).filter(([name]) => isAnswered(name))
  const [most] = answered.toSorted(([, a], [, b]) => b.count - a.count)
  const errorRate = sum(answered.map(([, { count }]) => count)) / requestsScheduled
  if (most === undefined || !(errorRate > REFUSED)) return undefined
  const [errorClass, { first }] = most
  return bottleneck('refusal', [{ code: 'target-refuses', errorRate, class: errorClass, first }])
}

/** Two trials at one rate may have failed for the same reason. */
function distinct(evidence: readonly BottleneckEvidence[]): readonly BottleneckEvidence[] {
  return [...new Map(evidence.map((each) => [each.message, each])).values()]
}

/**
 * One busy thread fills one core, however many cores the machine and however many idle processes (a shell, a master, a
 * worker) the target has. A process that uses more than one core has several threads, which are full when the machine
 * is.
 */
function targetCpu(evidence: OverloadEvidence): Bottleneck | undefined {
  const used = meanCpu(evidence.overloaded.target.samples)
  const busiest = busiestCpu(evidence.overloaded.target.samples)
  if (used === null || busiest === null) return undefined
  const limited = quota(evidence.overloaded, used)
  if (limited !== undefined) return bottleneck('target-cpu', [limited, ...surroundings(evidence)])
  const { cpus } = evidence.machine
  const { length } = evidence.overloaded.target.pids
  const oneThread = busiest >= FULL_CPU && busiest < ONE_THREAD
  const shared = sharedCores(evidence)
  if (!oneThread && shared !== undefined && used < FULL_CPU * cpus) {
    return bottleneck('target-cpu', [shared, ...surroundings(evidence)])
  }
  if (!oneThread && (!isHere(evidence.overloaded) || used < FULL_CPU * cpus)) return undefined
  const use = { cpuPercent: used, processes: length }
  const full: BottleneckFacts = oneThread
    ? { code: 'thread-full', ...use, busiestPercent: busiest }
    : { code: 'cores-full', ...use, machinePercent: 100 * cpus }
  return bottleneck('target-cpu', [full, ...surroundings(evidence)])
}

/** Share of the scheduling periods in which a quota stops the target, from which the quota is its limit. */
const THROTTLED = 0.5

/** Evidence of a full CPU quota: a container with a quota below one core is full before any core is. */
function quota({ target: { samples } }: LoadResult, used: number): BottleneckFacts | undefined {
  const cores = cpuQuota(samples)
  if (cores === null) return undefined
  const ratio = meanUse(samples, ({ throttledRatio }) => throttledRatio) ?? 0
  if (used < FULL_CPU * cores && ratio < THROTTLED) return undefined
  return { code: 'quota-full', cpuPercent: used, quotaPercent: 100 * cores, throttledRatio: ratio }
}

/**
 * Evidence that the target, which uses more than one core, and the generator together fill the cores of this machine.
 */
function sharedCores({ overloaded, machine: { cpus } }: OverloadEvidence): BottleneckFacts | undefined {
  const used = meanCpu(overloaded.target.samples)
  const busiest = busiestCpu(overloaded.target.samples)
  if (used === null || busiest === null || !isHere(overloaded) || overloaded.target.pids.length === 0) return undefined
  const { cpuPercent, runDelayRatio } = overloaded.generator
  const left = 100 * cpus - cpuPercent
  const isThreaded = busiest >= ONE_THREAD || overloaded.target.pids.length > 1
  if (!isThreaded || used < FULL_CPU * (left / 100)) return undefined
  return {
    code: 'cores-shared',
    targetPercent: used,
    generatorPercent: cpuPercent,
    machinePercent: 100 * cpus,
    runDelayRatio: runDelayRatio ? runDelayRatio : null,
  }
}

function targetMemory({ calm, overloaded, machine }: OverloadEvidence): Bottleneck | undefined {
  const before = highest(calm.target.samples, 'rssMb')
  const after = highest(overloaded.target.samples, 'rssMb')
  if (before === null || after === null) return undefined
  if (!isHere(overloaded) || after < FULL_MEMORY * machine.memoryMb) return undefined
  return bottleneck('target-memory', [
    { code: 'memory-full', usedMb: after, machineMb: machine.memoryMb, calmMb: before },
  ])
}

/**
 * By Little's law, a pool of P connections transports at most P / service time requests, however fast the target is.
 */
function connections(evidence: OverloadEvidence): Bottleneck | undefined {
  const { calm, overloaded } = evidence
  const [before, after] = [serviceMs(calm), serviceMs(overloaded)]
  if (before === null || after === null || after > 1.3 * before || overloaded.pool.fullRatio < 0.5) return undefined
  const { size, fullRatio } = overloaded.pool
  return bottleneck('connections', [
    { code: 'connections-full', connections: size, serviceMs: after, maxRps: (1_000 * size) / after, fullRatio },
    { code: 'service-time-same', calmMs: before, overloadedMs: after },
  ])
}

function network({ overloaded }: OverloadEvidence): Bottleneck | undefined {
  if (isLoopback(overloaded.target.url)) return undefined
  const bytes = Math.max(overloaded.bytesSent, overloaded.bytesReceived)
  const bitsPerSecond = (8_000 * bytes) / overloaded.durationMs
  const link = LINKS.find((speed) => bitsPerSecond > 0.85 * speed && bitsPerSecond <= speed)
  if (link === undefined) return undefined
  return bottleneck('network', [{ code: 'link-full', usedMbit: bitsPerSecond / 1e6, linkMbit: link / 1e6 }])
}

function downstreamWait(evidence: OverloadEvidence): Bottleneck | undefined {
  const used = meanCpu(evidence.overloaded.target.samples)
  const busiest = busiestCpu(evidence.overloaded.target.samples)
  const [before, after] = [serviceMs(evidence.calm), serviceMs(evidence.overloaded)]
  if (used === null || busiest === null || before === null || after === null) return undefined
  if (after < 1.5 * before || busiest >= BUSY_CPU) return undefined
  return bottleneck('downstream-wait', [
    { code: 'target-waits', calmMs: before, overloadedMs: after, busiestPercent: busiest, cpuPercent: used },
    ...surroundings(evidence),
  ])
}

function nothingShown({ overloaded }: OverloadEvidence): BottleneckFacts {
  const used = meanCpu(overloaded.target.samples)
  if (used === null) return { code: 'not-monitored', why: overloaded.target.unwatched ?? null }
  return isHere(overloaded) ? { code: 'nothing-full' } : { code: 'remote-cpu', cpuPercent: used }
}

function surroundings({ calm, overloaded }: OverloadEvidence): readonly BottleneckFacts[] {
  const [before, after] = [serviceMs(calm), serviceMs(overloaded)]
  const { size, fullRatio } = overloaded.pool
  const { eventLoopUtilization, runDelayRatio } = overloaded.generator
  const facts: BottleneckFacts[] = []
  if (eventLoopUtilization + (runDelayRatio ?? 0) <= BUSY_GENERATOR) {
    facts.push({ code: 'generator-had-time', busyRatio: eventLoopUtilization })
  }
  if (fullRatio > 0.5) facts.push({ code: 'pool-full', connections: size, fullRatio })
  if (before !== null && after !== null) facts.push({ code: 'service-time', calmMs: before, overloadedMs: after })
  return facts
}

function highest(samples: readonly TargetSample[], key: 'rssMb'): number | null {
  const seen = samples.flatMap((sample) => sample[key] ?? [])
  return seen.length === 0 ? null : Math.max(...seen)
}

function serviceMs({ serviceTime }: LoadResult): number | null {
  return serviceTime.meanMs ?? null
}

/** Whether the target runs on this machine. */
function isHere({ target: { pids, url } }: LoadResult): boolean {
  return pids.length > 0 || isLoopback(url)
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}
