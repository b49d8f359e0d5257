import type { TargetSample } from '../../model/result.ts'
import { CpuQuotaWatch } from './cpu-quota.ts'
import { listenersOf, type Listeners } from './listeners.ts'
import { watchNetwork, type NetworkWatch } from './watch-network.ts'
import {
  listThreads,
  readResidentBytes,
  readStat,
  readThreads,
  TICKS_PER_SECOND,
  readProc,
  type ProcessStat,
} from './proc.ts'
import { ProcessTree } from './process-tree.ts'
import { SocketCount } from './socket-count.ts'
import { NOTHING, type TargetWatch } from './watch.ts'
import type { Ms } from '../../model/units.ts'

/**
 * Which processes are the target: the process with `pid`, the processes that listen on `port` of this machine, or those
 * that are passed to `follow` when they start.
 */
export type WatchSpec = { readonly pid: number } | { readonly port: number } | 'followed'

export interface WatchOptions {
  /** Whether to read the network bytes as well, which starts processes that `stop` ends. Default: false. */
  readonly network?: boolean
}

/**
 * Watches a target on this machine through /proc, from now on. A sample takes about a millisecond of CPU. Never throws:
 * `unwatched` gives the reason if the target cannot be watched.
 */
export function watchTarget(spec: WatchSpec, { network = false }: WatchOptions = {}): TargetWatch {
  const found = find(spec)
  if ('unknown' in found) {
    return {
      pids: [],
      unwatched: found.unknown,
      unwatchedNetwork: undefined,
      sample: () => Promise.resolve(undefined),
      follow() {},
      stop() {},
    }
  }
  const roots = found.pids.map(readStat).filter((stat) => stat !== undefined)
  const ports = typeof spec === 'object' && 'port' in spec ? [spec.port] : undefined
  const watchNetworkOf = (pids: readonly number[]): NetworkWatch | undefined =>
    network ? watchNetwork(pids, ports) : undefined
  return new ProcessWatch(roots, spec === 'followed', watchNetworkOf)
}

function find(spec: WatchSpec): Listeners {
  if (process.platform !== 'linux')
    return { unknown: `processes can be watched on Linux only, not on ${process.platform}` }
  if (spec === 'followed') return { pids: [] }
  const found: Listeners = 'pid' in spec ? { pids: [spec.pid] } : listenersOf(spec.port)
  if ('unknown' in found) return found
  const runner = ancestorsOf(process.pid).find((pid) => found.pids.includes(pid))
  if (runner !== undefined) {
    const advice = 'start the server as a separate process (target: { command }) to measure its resource use'
    const where = runner === process.pid ? 'the test process' : 'a process that started the test process'
    return { unknown: `the target runs in ${where}, together with the generator; ${advice}` }
  }
  const gone = found.pids.every((pid) => readStat(pid) === undefined)
  return gone ? { unknown: `there is no process ${found.pids.join(', ')} to watch` } : found
}

/** Returns a process, its parent, and so on: a server in the setup of a test runner runs in one of them. */
function ancestorsOf(pid: number): readonly number[] {
  const parent = readStat(pid)?.parent ?? 0
  return parent <= 1 ? [pid] : [pid, ...ancestorsOf(parent)]
}

class ProcessWatch implements TargetWatch {
  #roots: number[]
  /** Whether the roots are children of this process, so that their time moves into this one when they end. */
  readonly #areChildren: boolean
  readonly #tree: ProcessTree
  readonly #sockets = new Map<number, SocketCount>()
  readonly #network: NetworkWatch | undefined
  readonly #coreWait = new CoreWait()
  readonly #quota: CpuQuotaWatch | undefined
  #alive: readonly number[] = []
  #cpuTicks: number
  /** pid → CPU time of that process alone at the previous sample. */
  #ownTicks: ReadonlyMap<number, number> = new Map()
  /** Maximum CPU time that one process used between the last two samples. */
  #busiestTicks = 0
  #sampledMs: number

  constructor(
    roots: readonly ProcessStat[],
    areChildren: boolean,
    watchNetworkOf: (pids: readonly number[]) => NetworkWatch | undefined,
  ) {
    this.#roots = roots.map(({ pid }) => pid)
    this.#areChildren = areChildren
    this.#tree = new ProcessTree(roots)
    this.#quota = roots[0] === undefined ? undefined : new CpuQuotaWatch(roots[0].pid)
    this.#cpuTicks = this.#readCpuTicks()
    this.#network = watchNetworkOf(this.pids)
    this.#sampledMs = performance.now()
  }

  get pids(): readonly number[] {
    return [...new Set([...this.#roots, ...this.#alive])]
  }

  readonly unwatched = undefined

  get unwatchedNetwork(): string | undefined {
    return this.#network?.unknown
  }

  stop(): void {
    this.#network?.stop()
  }

  follow(pid: number): void {
    const stat = readStat(pid)
    if (stat === undefined) return
    this.#roots.push(pid)
    this.#tree.adopt(stat)
  }

  async sample({ network } = { network: true }): Promise<Omit<TargetSample, 'atMs'>> {
    const traffic = network ? this.#network?.read() : undefined
    const cpuTicks = this.#readCpuTicks()
    const nowMs = performance.now()
    const elapsedMs = nowMs - this.#sampledMs
    const percentOf = (ticks: number): number => (100 * ticks) / TICKS_PER_SECOND / (elapsedMs / 1_000)
    const usedTicks = cpuTicks - this.#cpuTicks
    this.#cpuTicks = cpuTicks
    this.#sampledMs = nowMs
    if (this.#alive.length === 0) return NOTHING
    return {
      ...NOTHING,
      // If a process ends and no parent inherits its time, the sum falls; the use of the other processes is then
      // unknown.
      cpuPercent: usedTicks < 0 ? null : percentOf(usedTicks),
      busiestProcessCpuPercent: percentOf(this.#busiestTicks),
      rssMb: this.#residentMb(),
      coreWaitMs: this.#coreWait.read(this.#alive),
      ...this.#quota?.read(),
      threads: this.#threads(),
      ...(await this.#descriptors()),
      ...(await traffic),
    }
  }

  /**
   * CPU time of the whole tree, including ended children: when a parent collects a child, the child's time moves into
   * the parent's, so the sum stays correct.
   */
  #readCpuTicks(): number {
    const members = this.#tree.refresh()
    this.#alive = members.filter(({ zombie }) => !zombie).map(({ pid }) => pid)
    // A process that was not there before is new, so all its CPU time falls into this interval.
    const used = members.map(({ pid, ownTicks }) => ownTicks - (this.#ownTicks.get(pid) ?? 0))
    this.#busiestTicks = Math.max(0, ...used)
    this.#ownTicks = new Map(members.map(({ pid, ownTicks }) => [pid, ownTicks]))
    this.#forgetEnded()
    return members.reduce((sum, stat) => sum + stat.cpuTicks, this.#endedTicks())
  }

  /** CPU time of the children of this process that have ended; those of the target are among them. */
  #endedTicks(): number {
    const own = this.#areChildren ? readStat(process.pid) : undefined
    return own === undefined ? 0 : own.cpuTicks - own.ownTicks
  }

  /** Forgets children that have ended, except the last: a target with a process per request has thousands. */
  #forgetEnded(): void {
    if (!this.#areChildren) return
    const alive = this.#roots.filter((pid) => this.#alive.includes(pid))
    this.#roots = alive.length > 0 ? alive : this.#roots.slice(-1)
  }

  #residentMb(): number | null {
    const bytes = this.#alive.map(readResidentBytes).filter((each) => each !== undefined)
    return bytes.length === 0 ? null : bytes.reduce((sum, each) => sum + each, 0) / 2 ** 20
  }

  #threads(): number | null {
    const counts = this.#alive.map(readThreads).filter((each) => each !== undefined)
    return counts.length === 0 ? null : counts.reduce((sum, each) => sum + each, 0)
  }

  async #descriptors(): Promise<Pick<typeof NOTHING, 'openSockets' | 'openFileDescriptors'>> {
    for (const pid of this.#sockets.keys()) if (!this.#alive.includes(pid)) this.#sockets.delete(pid)
    const counts = await Promise.all(this.#alive.map((pid) => this.#socketsOf(pid).read()))
    // If one process is unreadable, the sum is wrong, unless that process has just ended.
    if (counts.some((count, index) => count === undefined && readStat(this.#alive[index] ?? 0) !== undefined))
      return { openSockets: null, openFileDescriptors: null }
    return {
      openSockets: counts.reduce((sum, count) => sum + (count?.sockets ?? 0), 0),
      openFileDescriptors: counts.reduce((sum, count) => sum + (count?.all ?? 0), 0),
    }
  }

  #socketsOf(pid: number): SocketCount {
    const count = this.#sockets.get(pid) ?? new SocketCount(pid)
    this.#sockets.set(pid, count)
    return count
  }
}

/** Maximum number of threads that are read per process. The kernel lists the main thread first. */
const MAX_THREADS = 64

/** How long the threads of some processes were ready to run and waited for a core, from one reading to the next. */
export class CoreWait {
  /** Thread id → its wait in ns at the previous reading. */
  #waitedNs: ReadonlyMap<string, number> = new Map()

  /** Returns the wait of the thread that waited longest; null if the system does not report it. */
  read(pids: readonly number[]): Ms | null {
    const before = this.#waitedNs
    this.#waitedNs = new Map(pids.flatMap((pid) => listThreads(pid).slice(0, MAX_THREADS)).flatMap(waitOf))
    if (this.#waitedNs.size === 0) return null
    // A thread's wait before its first reading is outside this time span.
    const since = Array.from(this.#waitedNs, ([thread, ns]) => ns - (before.get(thread) ?? ns))
    return Math.max(...since) / 1e6
  }
}

/** Parses `on-cpu waiting slices`; the first two are in ns. */
function waitOf(thread: string): readonly (readonly [string, number])[] {
  const waited = readProc(`${thread}/schedstat`)?.split(' ')[1]
  return waited === undefined ? [] : [[thread, Number(waited)]]
}
