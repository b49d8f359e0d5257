import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Chalk } from 'chalk'
import { afterAll, beforeAll, expect as vitestExpect, test, vi } from 'vitest'
import { type Fixture, startFixture } from '../fixtures/index.ts'
import { machineCheck } from '../src/hosts/command/doctor/machine-check.builder.ts'
import { reportOf } from '../src/hosts/command/doctor/report.ts'
import { runLoad, startLoad } from '../src/run/index.ts'
import { expect } from '../src/vitest.ts'
import { blocksOf } from './blocks.fixture.ts'

const page = readFileSync(join(import.meta.dirname, 'troubleshooting.md'), 'utf8')
const shape = { rate: 100, duration: '500ms' } as const
const WAIT = { timeout: 20_000, interval: 10 }

let failing: Fixture<'failing'>
let resetting: Fixture<'work'>
let slow: Fixture<'work'>

beforeAll(async () => {
  ;[failing, resetting, slow] = await Promise.all([
    startFixture('failing', { ratio: 0.2 }),
    startFixture('work', { protocol: 'http', resetEvery: 5 }),
    startFixture('work', { protocol: 'http', delayMs: 8 }),
  ])
})
afterAll(() => Promise.all([failing.stop(), resetting.stop(), slow.stop()]))

/** Returns the texts that a section shows as printed. */
function shownIn(section: string): readonly string[] {
  const text = page.slice(page.indexOf(`\n## ${section}\n`) + 1).split('\n## ')[0] ?? ''
  // A block inside a list is indented.
  return blocksOf(section, text.replaceAll(/^ {2}(?=```)/gm, '')).flatMap(({ language, text: lines }) =>
    language === '' ? lines.trimEnd().split('\n') : [],
  )
}

/** Figures, requests and the first error of a class differ from run to run. */
function comparable(line: string): string {
  return line
    .replace(/first error: .*/, 'first error')
    .replaceAll(/\d[\d.  ]*/g, '# ')
    .replaceAll(/ (?=[):,])/g, '')
    .trim()
}

function messageOf(assert: () => unknown): string {
  try {
    assert()
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing'
}

function expectShown(section: string, printed: string, lines: readonly string[] = shownIn(section)): void {
  vitestExpect(lines.length).toBeGreaterThan(0)
  const all = printed.split('\n').map(comparable)
  for (const line of lines) vitestExpect(all).toContain(comparable(line))
}

test('high memory: the message names the limit and the maximum', async ({ skip }) => {
  const result = await runLoad({ ...shape, duration: '1200ms', target: slow.url })
  if (result.target.samples.length === 0) skip('memory is measured on Linux only')
  expectShown(
    'High memory',
    messageOf(() => expect(result).toStayBelowMemory(1)),
  )
})

test('connection failures: errors name their class, and an unreachable server stops the run', async () => {
  const gone = await startFixture('work', { protocol: 'http', resetEvery: 5 })
  const target = gone.url
  const plan = { ...shape, target, connection: 'short-lived' } as const
  const run = startLoad({ ...plan, duration: '20s' })
  await vi.waitUntil(async () => (await gone.control.counts()).requests > 20, WAIT)
  await gone.stop()
  await vi.waitUntil(() => (run.metrics().errorsByClass.connect?.count ?? 0) > 0, WAIT)
  const result = await run.stop('enough errors')
  const refused = await runLoad(plan).then(
    () => 'it ran',
    (error: Error) => error.message,
  )
  expectShown('Connection failures', `${messageOf(() => expect(result).toHaveNoErrors())}\n${refused}`)
})

test('low throughput: requests wait for connections, and the rate is not achieved', async () => {
  // One connection carries about a third of this rate.
  const result = await runLoad({ ...shape, rate: 300, target: slow.url, maxConnections: 1 })
  expectShown(
    'Low throughput',
    messageOf(() => expect(result).toSustainRps(300)),
  )
  const { pool, queueTime, serviceTime } = result
  vitestExpect(pool).toMatchObject({ size: 1, peakInUse: 1 })
  vitestExpect(pool.fullRatio).toBeGreaterThan(0.8)
  vitestExpect(queueTime.p50Ms).toBeGreaterThan(2 * (serviceTime.p50Ms ?? Number.POSITIVE_INFINITY))
  vitestExpect(result.achievedRps).toBeLessThan(0.7 * result.offeredRps)
})

test('high error rates: the message lists classes and the first error with a hint', async () => {
  const result = await runLoad({ ...shape, target: failing.url })
  expectShown(
    'High error rates',
    messageOf(() => expect(result).toHaveNoErrors()),
  )
  const { count = 0, samples = [] } = result.errorsByClass['http-5xx'] ?? {}
  vitestExpect(count).toBe(result.statuses['500'])
  vitestExpect(samples.length).toBeGreaterThan(0)
})

test('is it my machine: the doctor names what is wrong and what to do', () => {
  const check = machineCheck({
    quiet: { lagP50Ms: 0.2, lagP99Ms: 23.2, lagMaxMs: 41.7, stealRatio: 0, foreignCores: 1.98 },
    ceiling: { heldRps: 125, lateRps: 250, lateLagP99Ms: 39.8 },
  })
  expectShown('Is it my machine?', reportOf(check, new Chalk({ level: 0 })))
})

test('the log shows connections and the reasons of their ends', async () => {
  vi.stubEnv('LOAD_LOG', 'debug')
  const lines: string[] = []
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
  try {
    await runLoad({ ...shape, target: resetting.url })
  } finally {
    write.mockRestore()
    vi.unstubAllEnvs()
  }
  const printed = lines.map((line) => line.replace(/^.*? ms {2}/, '')).join('\n')
  expectShown('Find out more', printed)
})

test('a result has the CPU and memory of a local target', async ({ skip }) => {
  const result = await runLoad({ ...shape, duration: '1200ms', target: slow.url })
  const [sample] = result.target.samples
  if (sample === undefined) skip('resources are measured on Linux only')
  vitestExpect(sample).toMatchObject({
    cpuPercent: vitestExpect.any(Number),
    rssMb: vitestExpect.any(Number),
    openSockets: vitestExpect.any(Number),
    openFileDescriptors: vitestExpect.any(Number),
    threads: vitestExpect.any(Number),
  })
})
