import { existsSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import type { Ratio } from '../../model/units.ts'
import { readProc } from './proc.ts'

/** CPU limit of a process's control group (every container has one), and how often the kernel enforced it. */
interface CpuQuota {
  readonly cores: number
  /** Scheduling periods so far, and those in which the group was throttled. */
  readonly periods: number
  readonly throttled: number
}

export interface QuotaUse {
  readonly cpuLimitCores: number
  /** Share of the scheduling periods since the previous reading in which the target was throttled. */
  readonly throttledRatio: Ratio | null
}

/** Watches the CPU quota of one process. */
export class CpuQuotaWatch {
  readonly #pid: number
  /** The groups of the process as /proc has them, and their folders that can have a quota. */
  #groups = ''
  #folders: readonly string[] = []
  #before: CpuQuota | undefined

  constructor(pid: number) {
    this.#pid = pid
    this.#before = this.#quota()
  }

  /** Returns undefined if the process has no quota or the system does not report it. */
  read(): QuotaUse | undefined {
    const before = this.#before
    const now = this.#quota()
    this.#before = now
    if (now === undefined) return undefined
    const periods = before === undefined ? 0 : now.periods - before.periods
    const throttledRatio = before === undefined || periods <= 0 ? null : (now.throttled - before.throttled) / periods
    return { cpuLimitCores: now.cores, throttledRatio }
  }

  /** Returns the lowest quota of the process's group and all its parent groups. */
  #quota(): CpuQuota | undefined {
    const groups = readProc(`${this.#pid}/cgroup`) ?? ''
    if (groups !== this.#groups) {
      this.#groups = groups
      // To try files that do not exist takes several times as long as to read the others.
      this.#folders = groups.split('\n').flatMap(foldersOf).filter(canHaveQuota)
    }
    const quotas = this.#folders.flatMap((folder) => quotaAt(folder) ?? [])
    return quotas.toSorted((a, b) => a.cores - b.cores)[0]
  }
}

function canHaveQuota(folder: string): boolean {
  return existsSync(`${folder}/cpu.max`) || existsSync(`${folder}/cpu.cfs_quota_us`)
}

/** Returns the folders for a line of /proc/PID/cgroup: `0::/path` (version 2), or `4:cpu,cpuacct:/path` (version 1). */
function foldersOf(line: string): readonly string[] {
  const [id, controllers = '', path = ''] = line.split(':')
  if (path === '') return []
  const isUnified = id === '0' && controllers === ''
  if (!isUnified && !controllers.split(',').includes('cpu')) return []
  const mounts = isUnified ? ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'] : [`/sys/fs/cgroup/${controllers}`]
  return mounts.flatMap((mount) => ancestors(path).map((each) => posix.join(mount, each)))
}

function ancestors(path: string): readonly string[] {
  return path === '/' ? ['/'] : [path, ...ancestors(posix.dirname(path))]
}

function quotaAt(folder: string): CpuQuota | undefined {
  // `max 100000` or `50000 100000`: CPU time per period in µs, and the length of the period in µs.
  const max = read(`${folder}/cpu.max`)
  const quota = Number(max === undefined ? read(`${folder}/cpu.cfs_quota_us`) : max.split(' ')[0])
  const period = Number(max === undefined ? read(`${folder}/cpu.cfs_period_us`) : max.split(' ')[1])
  if (!(quota > 0) || !(period > 0)) return undefined
  const stat = read(`${folder}/cpu.stat`) ?? ''
  const count = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0)
  return { cores: quota / period, periods: count('nr_periods'), throttled: count('nr_throttled') }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}
