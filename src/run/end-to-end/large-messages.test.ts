import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startFixture } from '../../../fixtures/index.ts'
import type { WorkOptions } from '../../../fixtures/work.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import { tcp } from '../../protocols/tcp/index.ts'
import type { LargeRun } from './large-messages.fixture.ts'

const AT_ONCE = 16
const MESSAGE = 100_000_000
const LENGTH = { framing: { length: 4 } } as const

/** Sixteen messages at once, each on a separate connection: all are due before the first of them can be complete. */
const LARGE: WrittenPlan = {
  rate: AT_ONCE * 100,
  duration: 10,
  workload: 'write-heavy',
  messageSize: MESSAGE,
  messageFormat: 'binary',
  connection: 'long-lived',
  maxConnections: AT_ONCE,
  requestTimeout: '2m',
  seed: 'cafe',
}

const TARGETS: readonly (readonly [string, WorkOptions, WrittenPlan])[] = [
  ['HTTP', { protocol: 'http' }, {}],
  ['TCP', { protocol: 'tcp', ...LENGTH }, { protocol: tcp(LENGTH) }],
]

test.each(TARGETS)(
  'sends sixteen messages of 100 MB at once over %s with less than 400 MB of memory',
  async (name, options, own) => {
    await using target = await startFixture('work', options)
    const plan: WrittenPlan = { ...LARGE, ...own, target: target.url }
    const file = fileURLToPath(new URL('large-messages.fixture.ts', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [file, JSON.stringify(plan)], {
      env: { ...process.env, NODE_OPTIONS: '', NODE_V8_COVERAGE: undefined },
    })
    const run = JSON.parse(stdout) as LargeRun
    process.stdout.write(`${name}: ${stdout}\n`)
    expect(run).toMatchObject({ successes: AT_ONCE, errors: 0, peakInUse: AT_ONCE })
    expect(run.bytesSent + run.bytesReceived).toBeGreaterThanOrEqual(AT_ONCE * MESSAGE)
    expect(run.peakRssMb).toBeLessThan(400)
  },
)
