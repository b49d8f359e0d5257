/**
 * Information about processes from Linux's /proc. Every function returns undefined if the information is unavailable.
 */
import { readdirSync, readFileSync } from 'node:fs'

/** USER_HZ, the unit of CPU time in /proc: 100 on every architecture that Node runs on. */
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
  /**
   * Ticks from the boot of the machine to the start of the process. Distinguishes it from a later process with the same
   * pid.
   */
  readonly startTicks: number
}

export function listPids(): readonly number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger)
  } catch {
    return []
  }
}

/** Returns the threads of a process as folders below /proc, the main thread first; empty if it has ended. */
export function listThreads(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) => `${pid}/task/${thread}`)
  } catch {
    return []
  }
}

export function readStat(pid: number): ProcessStat | undefined {
  const text = readProc(`${pid}/stat`)
  if (text === undefined) return undefined
  // The command is in parentheses and may itself contain parentheses.
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

/** Resident memory in bytes. Pages that processes share are counted in each of them. */
export function readResidentBytes(pid: number): number | undefined {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(`${pid}/status`) ?? '')?.[1]
  return kib === undefined ? undefined : Number(kib) * 1_024
}

export function readThreads(pid: number): number | undefined {
  const count = /^Threads:\s+(\d+)$/m.exec(readProc(`${pid}/status`) ?? '')?.[1]
  return count === undefined ? undefined : Number(count)
}

/** Returns the text of a file under /proc; undefined if it does not exist or is not readable. */
export function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'latin1')
  } catch {
    return undefined
  }
}
