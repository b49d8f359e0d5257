/**
 * Identifies the exhausted resource by exclusion: first the generator (if it was the limit, the run shows nothing about
 * the target), then resources that were measured as full, then waits. Each sentence of evidence contains its figure.
 */
import type { Bottleneck } from '../../model/limits-findings.ts'
import type { LoadResult, TargetSample } from '../../model/result.ts'
import type { TrialOutcome } from './limit-trial.ts'

export interface BottleneckEvidence {
  /** Run far below the limit. */
  readonly calm: LoadResult
  /** Run above the limit, preferably a saturation. */
  readonly overloaded: LoadResult
  /** Trials in which the generator could not deliver the load. */
  readonly isToolLimited: readonly TrialOutcome[]
  readonly machine: { readonly cpus: number; readonly memoryMb: number }
}

/** CPU use, in % of one core, at which a core is full: the kernel and the sampling take the rest. */
const FULL_CPU = 85
/** Maximum CPU use of one thread, in % of one core, including garbage collection. */
const ONE_THREAD = 115
/** CPU use of a process, in % of one core, from which the target counts as busy instead of waiting. */
const BUSY_CPU = 70
const FULL_MEMORY = 0.85
const BUSY_GENERATOR = 0.95
/** Nominal speeds of links, in bits per second. */
const LINKS: readonly number[] = [1e8, 1e9, 2.5e9, 1e10]

export function bottleneckOf(evidence: BottleneckEvidence): Bottleneck {
  const found =
    generator(evidence) ??
    targetMemory(evidence) ??
    targetCpu(evidence) ??
    connections(evidence) ??
    network(evidence) ??
    downstreamWait(evidence)
  return found ?? { resource: null, evidence: [nothingShown(evidence), ...surroundings(evidence)] }
}

/** Share of time that a generator thread waits for a core, above which other processes occupy the cores. */
const WAITS = 0.2

function generator(evidence: BottleneckEvidence): Bottleneck | undefined {
  const { isToolLimited, overloaded } = evidence
  if (isToolLimited.length === 0) return undefined
  // The target used the cores that the generator waited for.
  if ((overloaded.generator.runDelayRatio ?? 0) > WAITS && sharedCores(evidence) !== undefined) return undefined
  const { cpuPercent, eventLoopUtilization, threads, runDelayRatio, doubts } = overloaded.generator
  return {
    resource: 'generator',
    evidence: [
      ...new Set(
        isToolLimited.map(
          ({ rate, reasons }) => `at ${round(rate)} req/s: ${reasons[0] ?? 'the generator was the limit'}`,
        ),
      ),
      `the generator used ${round(cpuPercent)}% of a core in ${threads} thread(s), and its event loop was busy ${share(eventLoopUtilization)} of the time`,
      ...(runDelayRatio ? [`the generator waited for a core ${share(runDelayRatio)} of the time`] : []),
      ...doubts.map(({ message }) => message),
    ],
  }
}

/**
 * One busy thread fills one core, however many cores the machine and however many idle processes (a shell, a master, a
 * worker) the target has. A process that uses more than one core has several threads, which are full when the machine
 * is.
 */
function targetCpu(evidence: BottleneckEvidence): Bottleneck | undefined {
  const used = meanOf(evidence.overloaded, 'cpuPercent')
  const busiest = busiestOf(evidence.overloaded)
  if (used === null || busiest === null) return undefined
  const limited = quota(evidence.overloaded, used)
  if (limited !== undefined) return { resource: 'target-cpu', evidence: [limited, ...surroundings(evidence)] }
  const { cpus } = evidence.machine
  const { length } = evidence.overloaded.target.pids
  const oneThread = busiest >= FULL_CPU && busiest < ONE_THREAD
  const shared = sharedCores(evidence)
  if (!oneThread && shared !== undefined && used < FULL_CPU * cpus) {
    return { resource: 'target-cpu', evidence: [shared, ...surroundings(evidence)] }
  }
  if (!oneThread && (!isHere(evidence.overloaded) || used < FULL_CPU * cpus)) return undefined
  const processes = length === 1 ? ' in one process' : ` in ${length} processes`
  const all = `the target used ${round(used)}% of a core${length === 0 ? '' : processes}`
  const full = oneThread
    ? `${all}${length <= 1 ? '' : ` (the busiest ${round(busiest)}%)`}, which is the maximum for one thread`
    : `${all}, and the machine has ${100 * cpus}%`
  return { resource: 'target-cpu', evidence: [full, ...surroundings(evidence)] }
}

/** Share of the scheduling periods in which a quota stops the target, from which the quota is its limit. */
const THROTTLED = 0.5

/** Evidence of a full CPU quota: a container with a quota below one core is full before any core is. */
function quota({ target: { samples } }: LoadResult, used: number): string | undefined {
  const limits = samples.flatMap(({ cpuLimitCores }) => cpuLimitCores ?? [])
  if (limits.length === 0) return undefined
  const cores = Math.min(...limits)
  const throttled = samples.slice(1).flatMap(({ throttledRatio }) => throttledRatio ?? [])
  const ratio = throttled.length === 0 ? 0 : throttled.reduce((sum, each) => sum + each, 0) / throttled.length
  if (used < FULL_CPU * cores && ratio < THROTTLED) return undefined
  return (
    `the target used ${round(used)}% of a core, and its control group allows ${round(100 * cores)}% ` +
    `(CPU quota); the quota stopped it in ${share(ratio)} of the scheduling periods`
  )
}

/**
 * Evidence that the target, which uses more than one core, and the generator together fill the cores of this machine.
 */
function sharedCores({ overloaded, machine: { cpus } }: BottleneckEvidence): string | undefined {
  const used = meanOf(overloaded, 'cpuPercent')
  const busiest = busiestOf(overloaded)
  if (used === null || busiest === null || !isHere(overloaded) || overloaded.target.pids.length === 0) return undefined
  const { cpuPercent, runDelayRatio } = overloaded.generator
  const left = 100 * cpus - cpuPercent
  const isThreaded = busiest >= ONE_THREAD || overloaded.target.pids.length > 1
  if (!isThreaded || used < FULL_CPU * (left / 100)) return undefined
  const waited = runDelayRatio ? `; the generator waited for a core ${share(runDelayRatio)} of the time` : ''
  return (
    `the target used ${round(used)}% of a core and the generator ${round(cpuPercent)}%, together ` +
    `${round(used + cpuPercent)}% of the ${100 * cpus}% on this machine` +
    waited +
    '; on a separate machine, the target may sustain more'
  )
}

function targetMemory({ calm, overloaded, machine }: BottleneckEvidence): Bottleneck | undefined {
  const before = highest(calm.target.samples, 'rssMb')
  const after = highest(overloaded.target.samples, 'rssMb')
  if (before === null || after === null) return undefined
  if (!isHere(overloaded) || after < FULL_MEMORY * machine.memoryMb) return undefined
  const evidence = `the target used ${round(after)} MB of the machine's ${round(machine.memoryMb)} MB, and ${round(before)} MB far below the limit`
  return { resource: 'target-memory', evidence: [evidence] }
}

/**
 * By Little's law, a pool of P connections transports at most P / service time requests, however fast the target is.
 */
function connections(evidence: BottleneckEvidence): Bottleneck | undefined {
  const { calm, overloaded } = evidence
  const [before, after] = [serviceMs(calm), serviceMs(overloaded)]
  if (before === null || after === null || after > 1.3 * before || overloaded.pool.fullRatio < 0.5) return undefined
  const most = (1_000 * overloaded.pool.size) / after
  return {
    resource: 'connections',
    evidence: [
      `${overloaded.pool.size} connections, each busy for ${round(after)} ms per request, allow at most ${round(most)} req/s; all of them were in use ${share(overloaded.pool.fullRatio)} of the time`,
      `the service time was ${round(before)} ms far below the limit and ${round(after)} ms here, so the target did not become slower; raise maxConnections for a higher rate`,
    ],
  }
}

function network({ overloaded }: BottleneckEvidence): Bottleneck | undefined {
  if (isLoopback(overloaded.target.url)) return undefined
  const bytes = Math.max(overloaded.bytesSent, overloaded.bytesReceived)
  const bitsPerSecond = (8_000 * bytes) / overloaded.durationMs
  const link = LINKS.find((speed) => bitsPerSecond > 0.85 * speed && bitsPerSecond <= speed)
  if (link === undefined) return undefined
  const evidence = `the network traffic was ${round(bitsPerSecond / 1e6)} Mbit/s, close to the ${link / 1e6} Mbit/s of a common link`
  return { resource: 'network', evidence: [evidence] }
}

function downstreamWait(evidence: BottleneckEvidence): Bottleneck | undefined {
  const used = meanOf(evidence.overloaded, 'cpuPercent')
  const busiest = busiestOf(evidence.overloaded)
  const [before, after] = [serviceMs(evidence.calm), serviceMs(evidence.overloaded)]
  if (used === null || busiest === null || before === null || after === null) return undefined
  if (after < 1.5 * before || busiest >= BUSY_CPU) return undefined
  return {
    resource: 'downstream-wait',
    evidence: [
      `the service time rose from ${round(before)} ms to ${round(after)} ms while no process of the target used more than ${round(busiest)}% of a core (${round(used)}% in total): the target waits for a downstream service, a lock, or its own workers`,
      ...surroundings(evidence),
    ],
  }
}

function nothingShown({ overloaded }: BottleneckEvidence): string {
  const { unwatched } = overloaded.target
  const used = meanOf(overloaded, 'cpuPercent')
  if (used !== null) {
    return isHere(overloaded)
      ? 'no monitored resource was full'
      : `the target used ${round(used)}% of a core; the number of cores and the memory of a remote machine are unknown`
  }
  return `the target's CPU and memory were not monitored${unwatched === undefined ? '' : `: ${unwatched}`}`
}

function surroundings({ calm, overloaded }: BottleneckEvidence): string[] {
  const [before, after] = [serviceMs(calm), serviceMs(overloaded)]
  const { size, fullRatio } = overloaded.pool
  const { eventLoopUtilization, runDelayRatio } = overloaded.generator
  const lines = [`the generator was not the limit: its event loop was busy ${share(eventLoopUtilization)} of the time`]
  if (fullRatio > 0.5) lines.push(`all ${size} connections were in use ${share(fullRatio)} of the time`)
  if (before !== null && after !== null)
    lines.push(`the mean service time was ${round(before)} ms far below the limit and ${round(after)} ms above it`)
  return eventLoopUtilization + (runDelayRatio ?? 0) > BUSY_GENERATOR ? lines.slice(1) : lines
}

/**
 * Mean CPU use of the target, in % of one core. Excludes the first sample, because it also covers the start of the run.
 */
function meanOf({ target: { samples } }: LoadResult, key: 'cpuPercent' | 'busiestProcessCpuPercent'): number | null {
  const used = (samples.length > 1 ? samples.slice(1) : samples).flatMap((sample) => sample[key] ?? [])
  return used.length === 0 ? null : used.reduce((sum, cpu) => sum + cpu, 0) / used.length
}

/** CPU use of the busiest process. Older results contain only the sum, which is correct for a single process. */
function busiestOf(result: LoadResult): number | null {
  return meanOf(result, 'busiestProcessCpuPercent') ?? meanOf(result, 'cpuPercent')
}

function highest(samples: readonly TargetSample[], key: 'rssMb'): number | null {
  const seen = samples.flatMap((sample) => sample[key] ?? [])
  return seen.length === 0 ? null : Math.max(...seen)
}

function serviceMs({ serviceTime }: LoadResult): number | null {
  return 'meanMs' in serviceTime ? serviceTime.meanMs : null
}

/** Whether the target runs on this machine. */
function isHere({ target: { pids, url } }: LoadResult): boolean {
  return pids.length > 0 || isLoopback(url)
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}

function round(value: number): string {
  return String(value < 10 ? Math.round(value * 10) / 10 : Math.round(value))
}

function share(ratio: number): string {
  return `${Math.round(100 * ratio)}%`
}
