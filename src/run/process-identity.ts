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

export function isAlive({ pid, pidStartedAt }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  const started = startOf(pid)
  return pidStartedAt === null || started === null || started === pidStartedAt
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
