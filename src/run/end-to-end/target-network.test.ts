import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, vi } from 'vitest'
import { startFixture } from '../../../fixtures/index.ts'
import { sum } from '../../model/sum.ts'
import { fromRate } from '../../traffic/patterns/index.ts'
import { startLoad } from '../index.ts'

const hasTools = spawnSync('sh', ['-c', 'command -v ss && command -v stdbuf']).status === 0
const why = hasTools ? '' : ' (skipped: ss or stdbuf is not installed)'

describe.skipIf(!hasTools)(`the target's network bytes${why}`, () => {
  test.concurrent.for([
    ['http', 'long-lived'],
    ['http', 'short-lived'],
    ['tcp', 'short-lived'],
  ] as const)(
    'agree with the bytes that the server counts: %s, %s',
    async ([protocol, connection], { expect, onTestFinished }) => {
      await using server = await startFixture('work', { protocol })
      const run = startLoad({
        target: server.url,
        // The burst begins after the first sample. A run ends with its last request, so that a few follow.
        pattern: fromRate((tMs) => (tMs > 1_100 && tMs < 1_800 ? 200 : 1), { duration: 60_000 }),
        workload: 'write-heavy',
        messageSize: 900,
        connection,
        tracing: 'off',
        seed: 'b0b5',
      })
      onTestFinished(async () => void (await run.stop()))
      await vi.waitFor(
        async () => {
          const counts = await server.control.counts()
          const { target } = run.metrics()
          expect(counts.answers).toBeGreaterThan(130)
          expect(target.unwatchedNetwork).toBeUndefined()
          for (const key of ['bytesIn', 'bytesOut'] as const) {
            const seen = sum(target.samples.flatMap((sample) => sample[key] ?? []))
            expect(Math.abs(seen / counts[key] - 1), `${key}: ${seen} of ${counts[key]}`).toBeLessThan(0.05)
          }
        },
        { timeout: 50_000, interval: 50 },
      )
      await run.stop()
    },
  )

  test('of a whole run include all requests where every list of connections arrives late', async ({
    expect,
    onTestFinished,
  }) => {
    const folder = mkdtempSync(join(tmpdir(), 'late-ss-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'ss'), '#!/bin/sh\nsleep 0.2\nPATH="${PATH#*:}"; exec ss "$@"\n', { mode: 0o755 })
    vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`)
    onTestFinished(() => void vi.unstubAllEnvs())

    await using server = await startFixture('work', { protocol: 'http' })
    const { target } = await startLoad({ target: server.url, rate: 150, duration: 1_600, seed: 'b0b5' }).result
    const counts = await server.control.counts()
    for (const key of ['bytesIn', 'bytesOut'] as const) {
      const seen = sum(target.samples.flatMap((sample) => sample[key] ?? []))
      expect(Math.abs(seen / counts[key] - 1), `${key}: ${seen} of ${counts[key]}`).toBeLessThan(0.02)
    }
  })
})
