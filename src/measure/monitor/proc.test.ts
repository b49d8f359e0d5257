import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { listPids, readResidentBytes, readStat } from './proc.ts'

describe.runIf(process.platform === 'linux')('/proc', () => {
  test('reads parent, group and start of a process, whatever its title', async () => {
    const name = ') Z 1 ((x'
    const child = spawn(
      process.execPath,
      ['-e', `process.title = ${JSON.stringify(name)}; console.log(); setTimeout(() => {}, 60_000)`],
      {
        detached: true,
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    )
    await once(child.stdout, 'data')
    const stat = readStat(child.pid ?? 0)
    child.kill('SIGKILL')
    expect(stat).toMatchObject({ command: name, parent: process.pid, group: child.pid, zombie: false })
    expect(stat?.startTicks).toBeGreaterThan(readStat(process.pid)?.startTicks ?? Number.NaN)
  })

  test('reads the same CPU time and memory as the process reports for itself', () => {
    for (const endMs = performance.now() + 100; performance.now() < endMs;);
    const { user, system } = process.cpuUsage()
    const cpuSeconds = (readStat(process.pid)?.cpuTicks ?? 0) / 100
    // Ticks are 10 ms; children that the process waited for may add to it.
    expect(cpuSeconds).toBeGreaterThan((user + system) / 1e6 - 0.05)
    expect((readResidentBytes(process.pid) ?? 0) / process.memoryUsage.rss()).toBeCloseTo(1, 0)
  })

  test('returns undefined for a process that does not exist', () => {
    expect(readStat(2 ** 30)).toBeUndefined()
    expect(readResidentBytes(2 ** 30)).toBeUndefined()
    expect(listPids()).toContain(process.pid)
  })
})
