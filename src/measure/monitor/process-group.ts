import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { listPids, readStat } from './proc.ts'

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
  return listPids().some((pid) => {
    const stat = readStat(pid)
    return stat !== undefined && stat.group === group && !stat.zombie
  })
}
