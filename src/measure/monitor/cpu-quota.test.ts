import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { CpuQuotaWatch } from './cpu-quota.ts'

/** Where this test may create a control group, version 1. */
const ROOT = '/sys/fs/cgroup/cpu'

function isWritable(): boolean {
  try {
    accessSync(`${ROOT}/cgroup.procs`, constants.W_OK)
    return true
  } catch {
    return false
  }
}

test('returns undefined for a process that does not exist', () => {
  expect(new CpuQuotaWatch(2 ** 22 + 1).read()).toBeUndefined()
})

test.runIf(isWritable())('reads the limit of a process in a control group, and that it is throttled', async () => {
  const group = `${ROOT}/cpu-quota-test-${process.pid}`
  mkdirSync(group)
  const busy = spawn(process.execPath, ['-e', 'for (;;);'])
  try {
    writeFileSync(`${group}/cpu.cfs_quota_us`, '20000')
    writeFileSync(`${group}/cgroup.procs`, String(busy.pid))
    const watch = new CpuQuotaWatch(busy.pid ?? 0)
    await delay(1_000)
    const use = watch.read()
    expect(use?.cpuLimitCores).toBeCloseTo(0.2)
    // A busy machine may give the process less than its quota in some periods.
    expect(use?.throttledRatio).toBeGreaterThan(0)
  } finally {
    busy.kill('SIGKILL')
    await once(busy, 'exit')
    rmdirSync(group)
  }
})
