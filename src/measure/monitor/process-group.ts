import { spawn, spawnSync } from 'node:child_process'
import { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { listPids, readStat } from './proc.ts'
import { programFile } from '../../model/program-file.ts'

const POLL_MS = 20
const KILL_LIMIT_MS = 1_000

/**
 * Ends a process group: sends SIGTERM, and SIGKILL after `graceMs`. Resolves when none of its processes is running. The
 * number of the group is the pid of the process that was started with `detached`.
 */
export async function stopGroup(group: number, graceMs: number): Promise<void> {
  signalGroup(group, 'SIGTERM')
  if (await isGoneWithin(group, graceMs)) return
  signalGroup(group, 'SIGKILL')
  await isGoneWithin(group, KILL_LIMIT_MS)
}

async function isGoneWithin(group: number, limitMs: number): Promise<boolean> {
  const endMs = performance.now() + limitMs
  while (isRunning(group)) {
    if (performance.now() > endMs) return false
    await sleep(POLL_MS)
  }
  return true
}

function signalGroup(group: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(group), '/T', '/F'], { stdio: 'ignore' })
    return
  }
  try {
    process.kill(-group, signal)
  } catch {
    // The group has already ended.
  }
}

function isRunning(group: number): boolean {
  try {
    process.kill(process.platform === 'win32' ? group : -group, 0)
  } catch {
    return false
  }
  // Ended processes that no parent collects, such as in a container without an init, still accept signals.
  if (process.platform !== 'linux') return true
  return groupMembers(group).length > 0
}

/** Returns the pids of the running processes of a group; none where the system does not report them. */
export function groupMembers(group: number): readonly number[] {
  return listPids().filter((pid) => {
    const stat = readStat(pid)
    return stat !== undefined && stat.group === group && !stat.zombie
  })
}

/** Ends process groups when this process dies for any reason, including SIGKILL. */
export interface Guard {
  watchOver(group: number): void
  /** Stops the guard when there is nothing left to guard. */
  dismiss(): void
  /** Ends the groups that still run, and then the guard. Does not wait. */
  endAll(): void
}

/** Starts the watchdog before the group exists. Once the group exists, only one write to a pipe can fail. */
export function startGuard(): Guard {
  const file = fileURLToPath(programFile('watchdog', import.meta.url))
  const watchdog = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
    // A separate session; otherwise Ctrl-C in a terminal would end the watchdog together with this process.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, NODE_OPTIONS: '', NODE_V8_COVERAGE: undefined },
  })
  watchdog.unref()
  watchdog.on('error', () => {})
  // If no descriptor is free, Node returns a child without streams. Then the group cannot be started, either.
  const stdin: Writable | undefined = watchdog.stdin
  if (stdin instanceof Socket) stdin.unref()
  stdin?.on('error', () => {})
  return {
    watchOver: (group) => void stdin?.write(`${group}\n`),
    endAll: () => void stdin?.end(),
    dismiss: () => void watchdog.kill('SIGKILL'),
  }
}
