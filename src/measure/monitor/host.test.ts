import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import type { BusyProgram } from './other-processes.ts'
import { hostDoubts, HostWatch, sharedCoresDoubt } from './host.ts'
import { ticksOfPrograms } from './other-processes.ts'

describe.runIf(process.platform === 'linux')('HostWatch', () => {
  test('reports the CPU of other processes, and not that of the target', async () => {
    const other = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' })
    const watch = new HostWatch()
    await sleep(300)
    watch.start()
    await sleep(1_000)
    const noise = watch.read()
    const without = watch.read({ targetCores: 1_000 })
    other.kill('SIGKILL')
    // The other process spins, but shares the cores with everything else on this machine.
    expect(noise?.foreignCores).toBeGreaterThan(0.3)
    expect(without?.foreignCores).toBe(0)
    for (const ratio of [noise?.stealRatio, noise?.runDelayRatio]) {
      expect(ratio).toBeGreaterThanOrEqual(0)
      expect(ratio).toBeLessThanOrEqual(1)
    }
  })

  test('does not report the CPU of programs that work for the target', async () => {
    const helper = spawn(process.execPath, ['-e', 'for (;;);'], { argv0: 'load-helper', stdio: 'ignore' })
    const names = ['load-helper']
    await vi.waitFor(() => expect(ticksOfPrograms(names)).toBeGreaterThan(0), { timeout: 10_000 })
    const [others, helped] = [new HostWatch(), new HostWatch(names)]
    const [ticks, startMs] = [ticksOfPrograms(names), performance.now()]
    others.start()
    helped.start()
    await sleep(1_000)
    const [all, rest] = [others.read()?.foreignCores ?? 0, helped.read()?.foreignCores ?? 0]
    const usedCores = (ticksOfPrograms(names) - ticks) / 100 / ((performance.now() - startMs) / 1_000)
    helper.kill('SIGKILL')
    expect(usedCores).toBeGreaterThan(0)
    expect(all - rest).toBeGreaterThan(0.6 * usedCores)
  })

  test('returns null before it was started and after too short a time', () => {
    const watch = new HostWatch()
    expect(watch.read()).toBeNull()
    watch.start()
    expect(watch.read()).toBeNull()
  })
})

describe('hostDoubts', () => {
  const programs = (): readonly BusyProgram[] => [{ name: 'postgres', cpuPercent: 80 }]

  test('returns no doubts for a quiet machine', () => {
    expect(hostDoubts({ stealRatio: 0.01, foreignCores: 0.2, runDelayRatio: 0.05 }, programs)).toEqual([])
    expect(hostDoubts({ stealRatio: 0, foreignCores: 0, runDelayRatio: null }, programs)).toEqual([])
  })

  test('returns one doubt with its figures for each disturbance', () => {
    expect(hostDoubts({ stealRatio: 0.05, foreignCores: 0.85, runDelayRatio: 0.124 }, programs)).toMatchObject([
      { code: 'steal', stealRatio: 0.05 },
      { code: 'foreign-load', cpuPercent: 85, programs: programs() },
      { code: 'saturated-cpu', runDelayRatio: 0.124 },
    ])
  })
})

test.each([
  ['a single core that both fill', 0.55, 0.44, 1, true],
  ['two cores that both fill', 0.7, 1.25, 2, true],
  ['a target that fills the cores almost alone', 0.3, 1.7, 2, false],
  ['a core that stays free', 0.9, 0.8, 2, false],
])('sharedCoresDoubt with %s', (_, ownCores, targetCores, cores, expected) => {
  const found = sharedCoresDoubt({ ownCores, targetCores, cores })
  if (!expected) return expect(found).toBeUndefined()
  return expect(found).toMatchObject({
    code: 'shared-cores',
    generatorPercent: 100 * ownCores,
    targetPercent: 100 * targetCores,
    cores,
  })
})
