/** What Linux tells about processes under /proc. Everything here returns undefined where it cannot be had. */
import { readdirSync, readFileSync } from 'node:fs'

/** USER_HZ, in which /proc counts CPU time: 100 on every architecture that Node runs on. */
export const TICKS_PER_SECOND = 100

export interface ProcessStat {
  readonly pid: number
  readonly command: string
  readonly parent: number
  readonly group: number
  /** Ended, but not yet collected by its parent. */
  readonly zombie: boolean
  /** User and system time of the process and of the children it has waited for, in ticks. */
  readonly cpuTicks: number
  /** User and system time of the process alone, in ticks. */
  readonly ownTicks: number
  /** Ticks from the boot of the machine to its start: tells a process from a later one with the same pid. */
  readonly startTicks: number
}

export function listPids(): readonly number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger)
  } catch {
    return []
  }
}

export function readStat(pid: number): ProcessStat | undefined {
  const text = readProc(`${pid}/stat`)
  if (text === undefined) return undefined
  // The command stands in parentheses and may itself contain any of them.
  const end = text.lastIndexOf(')')
  const [state, ...numbers] = text.slice(end + 2).split(' ')
  const [parent = 0, group = 0] = numbers.map(Number)
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = numbers.slice(10, 14).map(Number)
  return {
    pid,
    command: text.slice(text.indexOf('(') + 1, end),
    parent,
    group,
    zombie: state === 'Z' || state === 'X',
    ownTicks: user + system,
    cpuTicks: user + system + childUser + childSystem,
    startTicks: Number(numbers[18]),
  }
}

/** Resident memory in bytes; pages that processes share are counted in each of them. */
export function readResidentBytes(pid: number): number | undefined {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(`${pid}/status`) ?? '')?.[1]
  return kib === undefined ? undefined : Number(kib) * 1_024
}

export function readThreads(pid: number): number | undefined {
  const count = /^Threads:\s+(\d+)$/m.exec(readProc(`${pid}/status`) ?? '')?.[1]
  return count === undefined ? undefined : Number(count)
}

/** The text of a file under /proc; undefined when it is not there, or not ours to read. */
export function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'latin1')
  } catch {
    return undefined
  }
}
