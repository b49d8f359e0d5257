import { readFileSync } from 'node:fs'

/** A process, distinguished from later ones with the same pid. */
export interface ProcessIdentity {
  readonly pid: number
  /** Null where the system does not report it. */
  readonly pidStartedAt: string | null
}

export function thisProcess(): ProcessIdentity {
  return processIdentity(process.pid)
}

export function processIdentity(pid: number): ProcessIdentity {
  return { pid, pidStartedAt: startOf(pid) }
}

/** Whether a process runs; `unknown` if its pid is in use, and the system does not report since when. */
export type Liveness = 'alive' | 'gone' | 'unknown'

export function livenessOf({ pid, pidStartedAt }: ProcessIdentity): Liveness {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: the pid belongs to a process of another user, often a later one.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return 'gone'
  }
  const started = startOf(pid)
  if (pidStartedAt === null || started === null) return 'unknown'
  return started === pidStartedAt ? 'alive' : 'gone'
}

/** Returns whether a process runs, as far as the system reports it. */
export function isAlive(identity: ProcessIdentity): boolean {
  return livenessOf(identity) !== 'gone'
}

/** Returns the process that a file describes as JSON; undefined if the text is anything else. */
export function readIdentity(text: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('pidStartedAt' in value)) return undefined
    const { pid, pidStartedAt } = value
    const isPid = typeof pid === 'number' && Number.isInteger(pid) && pid > 0
    return isPid && (pidStartedAt === null || typeof pidStartedAt === 'string') ? { pid, pidStartedAt } : undefined
  } catch {
    return undefined
  }
}

/** Returns the start time of a process in clock ticks since boot (`/proc/<pid>/stat`, field 22). */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program name in parentheses, which may contain any character.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
