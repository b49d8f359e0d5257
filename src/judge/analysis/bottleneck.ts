/**
 * Which resource ran out, by exclusion: the generator first (then nothing can be said of the target), then what was
 * measured full, then what time was lost to. Every sentence of evidence carries its figure.
 */
import type { Bottleneck } from '../../model/limits-findings.ts'
import type { LoadResult, TargetSample } from '../../model/result.ts'
import type { TrialOutcome } from './limit-trial.ts'

export interface BottleneckEvidence {
  /** A run far below the limit. */
  readonly calm: LoadResult
  /** A run beyond it, best a saturation. */
  readonly overloaded: LoadResult
  /** The trials in which the tool could not make the load. */
  readonly toolRanOut: readonly TrialOutcome[]
  readonly machine: { readonly cpus: number; readonly memoryMb: number }
}

/** A core is full from here on, in % of one core: the kernel and the sampling take the rest. */
const FULL_CPU = 85
/** More than this is more than one thread at work, garbage collection aside. */
const ONE_THREAD = 115
/** A target with a process as busy as this cannot be said to wait. */
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

/** Share of its time that a generator thread waits for a core, from which on another process holds the cores. */
const WAITS = 0.2

function generator(evidence: BottleneckEvidence): Bottleneck | undefined {
  const { toolRanOut, overloaded } = evidence
  if (toolRanOut.length === 0) return undefined
  // The target took the cores that the generator waited for.
  if ((overloaded.generator.runDelayRatio ?? 0) > WAITS && sharedCores(evidence) !== undefined) return undefined
  const { cpuPercent, eventLoopUtilization, threads, runDelayRatio, doubts } = overloaded.generator
  return {
    resource: 'generator',
    evidence: [
      ...new Set(toolRanOut.map(({ rate, reasons }) => `at ${round(rate)} req/s: ${reasons[0] ?? 'it was full'}`)),
      `the generator used ${round(cpuPercent)}% of a core in ${threads} thread(s), its event loop was busy ${share(eventLoopUtilization)} of the time`,
      ...(runDelayRatio ? [`it waited for a core ${share(runDelayRatio)} of the time`] : []),
      ...doubts.map(({ message }) => message),
    ],
  }
}

/**
 * One thread at work fills one core however many the machine has, and what stands beside it (a shell, a master, an idle
 * worker) does not change that. More than one core in a process is threads, which are full with the machine.
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
    ? `${all}, ${length <= 1 ? '' : `the busiest ${round(busiest)}%, `}as much as one thread can`
    : `${all}, of ${100 * cpus}% that the machine has`
  return { resource: 'target-cpu', evidence: [full, ...surroundings(evidence)] }
}

/** Share of the scheduling periods in which a quota stops the target, from which on the quota is its limit. */
const THROTTLED = 0.5

/** A container may use less than a core: its quota is full long before any core is. */
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

/** The cores of this machine are full with the target and the generator together, and the target has more than one. */
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
    `${round(used + cpuPercent)}% of the ${100 * cpus}% that the machine has` +
    waited +
    '; on a machine of its own the target may carry more'
  )
}

function targetMemory({ calm, overloaded, machine }: BottleneckEvidence): Bottleneck | undefined {
  const before = highest(calm.target.samples, 'rssMb')
  const after = highest(overloaded.target.samples, 'rssMb')
  if (before === null || after === null) return undefined
  if (!isHere(overloaded) || after < FULL_MEMORY * machine.memoryMb) return undefined
  const evidence = `the target held ${round(after)} MB of the machine's ${round(machine.memoryMb)} MB, and ${round(before)} MB before`
  return { resource: 'target-memory', evidence: [evidence] }
}

/** By Little's law a pool of P connections carries at most P / service time, however fast the target is. */
function connections(evidence: BottleneckEvidence): Bottleneck | undefined {
  const { calm, overloaded } = evidence
  const [before, after] = [serviceMs(calm), serviceMs(overloaded)]
  if (before === null || after === null || after > 1.3 * before || overloaded.pool.fullRatio < 0.5) return undefined
  const most = (1_000 * overloaded.pool.size) / after
  return {
    resource: 'connections',
    evidence: [
      `${overloaded.pool.size} connections, each busy ${round(after)} ms with a request, carry ${round(most)} req/s at most; they were all in use ${share(overloaded.pool.fullRatio)} of the time`,
      `service took ${round(before)} ms far below the limit and ${round(after)} ms here: the target was not slowed; a larger maxConnections would carry more`,
    ],
  }
}

function network({ overloaded }: BottleneckEvidence): Bottleneck | undefined {
  if (isLoopback(overloaded.target.url)) return undefined
  const bytes = Math.max(overloaded.bytesSent, overloaded.bytesReceived)
  const bitsPerSecond = (8_000 * bytes) / overloaded.durationMs
  const link = LINKS.find((speed) => bitsPerSecond > 0.85 * speed && bitsPerSecond <= speed)
  if (link === undefined) return undefined
  const evidence = `${round(bitsPerSecond / 1e6)} Mbit/s crossed the network, close to the ${link / 1e6} Mbit/s of a common link`
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
      `service time rose from ${round(before)} ms to ${round(after)} ms while no process of the target used more than ${round(busiest)}% of a core (all together ${round(used)}%): it waits (for a downstream service, a lock, or workers of its own)`,
      ...surroundings(evidence),
    ],
  }
}

function nothingShown({ overloaded }: BottleneckEvidence): string {
  const { unwatched } = overloaded.target
  const used = meanOf(overloaded, 'cpuPercent')
  if (used !== null) {
    return isHere(overloaded)
      ? 'no resource that was watched was full'
      : `the target used ${round(used)}% of a core; of how many, and of how much memory, is not known of a machine elsewhere`
  }
  return `the target's CPU and memory were not seen${unwatched === undefined ? '' : `: ${unwatched}`}`
}

function surroundings({ calm, overloaded }: BottleneckEvidence): string[] {
  const [before, after] = [serviceMs(calm), serviceMs(overloaded)]
  const { size, fullRatio } = overloaded.pool
  const { eventLoopUtilization, runDelayRatio } = overloaded.generator
  const lines = [`the generator was not the limit: its event loop was busy ${share(eventLoopUtilization)} of the time`]
  if (fullRatio > 0.5) lines.push(`all ${size} connections were in use ${share(fullRatio)} of the time`)
  if (before !== null && after !== null)
    lines.push(`mean service time ${round(before)} ms calm, ${round(after)} ms beyond the limit`)
  return eventLoopUtilization + (runDelayRatio ?? 0) > BUSY_GENERATOR ? lines.slice(1) : lines
}

/** Mean of what the target used, in % of one core; the first sample also covers the start of the run and is left out. */
function meanOf({ target: { samples } }: LoadResult, key: 'cpuPercent' | 'busiestProcessCpuPercent'): number | null {
  const used = (samples.length > 1 ? samples.slice(1) : samples).flatMap((sample) => sample[key] ?? [])
  return used.length === 0 ? null : used.reduce((sum, cpu) => sum + cpu, 0) / used.length
}

/** Of the busiest process; results of a time when that was not measured know only the sum, which is right for one. */
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

/** The target has the cores and the memory of this machine. */
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
