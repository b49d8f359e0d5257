import { spawn } from 'node:child_process'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ProcessTimes, ticksOfPrograms } from './other-processes.ts'

/** A busy process that shows `title` as its command line, as servers do. */
function busy(title: string): number {
  const child = spawn(process.execPath, ['-e', 'for (;;);'], { argv0: title, stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child.pid ?? 0
}

test.runIf(process.platform === 'linux')('the busiest programs are named, without known processes', async () => {
  const times = new ProcessTimes()
  const known = busy('/usr/bin/known-program')
  busy('/usr/lib/busy-server: worker process')
  busy('busy-server')
  const [found] = await vi.waitFor(
    () => {
      const programs = times.busiestSince([known]).filter(({ name }) => name === 'busy-server')
      expect(programs).toHaveLength(1)
      return programs
    },
    { timeout: 10_000 },
  )
  expect(found?.cpuPercent).toBeGreaterThanOrEqual(10)
  expect(times.busiestSince([known]).map(({ name }) => name)).not.toContain('known-program')
})

test.runIf(process.platform === 'linux')('the time of a program is that of all its processes', async () => {
  expect(ticksOfPrograms(['counted-server'])).toBe(0)
  busy('counted-server: a')
  busy('/opt/counted-server')
  await vi.waitFor(() => expect(ticksOfPrograms(['counted-server'])).toBeGreaterThan(10), { timeout: 10_000 })
  expect(ticksOfPrograms([])).toBe(0)
})
