import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { countsAtRest } from '../../../fixtures/counts-at-rest.ts'
import { startFixture } from '../../../fixtures/index.ts'
import { listPids, readProc } from './proc.ts'
import { SocketTraffic } from './socket-traffic.ts'
import { watchNetwork } from './watch-network.ts'

const WITHIN = { timeout: 10_000, interval: 20 }
const hasTools = spawnSync('sh', ['-c', 'command -v ss && command -v stdbuf']).status === 0
const why = hasTools ? '' : ' (skipped: ss or stdbuf is not installed)'

/** Starts to read, and waits until closed connections are counted as well. */
async function watching(port: number): Promise<SocketTraffic> {
  const traffic = new SocketTraffic([port])
  onTestFinished(() => traffic.stop())
  await vi.waitFor(async () => {
    await traffic.read()
    expect(traffic.unknown).toBeUndefined()
  }, WITHIN)
  return traffic
}

/** Sends frames on a connection of its own, waits for their answers and closes it unless it is to stay open. */
async function converse(port: number, frames: number, stays = false): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  if (stays) onTestFinished(() => void socket.destroy())
  for (let frame = 0; frame < frames; frame++) {
    socket.write(`read text 50\n`)
    await once(socket, 'data')
  }
  if (!stays) socket.end()
  if (!stays) await once(socket, 'close')
}

describe.skipIf(!hasTools)(`SocketTraffic${why}`, () => {
  test('says why no bytes are known until it has read twice', async () => {
    await using server = await startFixture('plain', {})
    const traffic = new SocketTraffic([server.port])
    onTestFinished(() => traffic.stop())
    await vi.waitFor(async () => {
      const reason = traffic.unknown
      const read = await traffic.read()
      expect(reason).toBe('ss has read the counters fewer than two times: run longer')
      expect(traffic.unknown).toBe(read === null ? reason : undefined)
      expect(read).not.toBeNull()
    }, WITHIN)
  })

  test('counts the bytes that the server counts, of connections too short to be seen between two readings', async () => {
    await using server = await startFixture('work', { protocol: 'tcp' })
    const traffic = await watching(server.port)
    for (let round = 0; round < 20; round++) await Promise.all([1, 1, 1, 1, 1].map((n) => converse(server.port, n)))
    const { bytesIn, bytesOut, connectionsOpened } = await countsAtRest(server)
    expect(connectionsOpened).toBe(100)
    const total = { bytesIn: 0, bytesOut: 0 }
    // The kernel reports the last connections some milliseconds after their end.
    await vi.waitFor(async () => {
      const read = await traffic.read()
      total.bytesIn += read?.bytesIn ?? 0
      total.bytesOut += read?.bytesOut ?? 0
      expect(Math.abs(total.bytesIn / bytesIn - 1)).toBeLessThan(0.05)
      expect(Math.abs(total.bytesOut / bytesOut - 1)).toBeLessThan(0.05)
    }, WITHIN)
    expect(await traffic.read()).toEqual({ bytesIn: 0, bytesOut: 0 })
  })

  test('counts the bytes that the server counts of connections that stay open, since the previous reading', async () => {
    await using server = await startFixture('work', { protocol: 'tcp' })
    await converse(server.port, 30, true)
    const traffic = await watching(server.port)
    const before = await server.control.counts()
    await converse(server.port, 20, true)
    const after = await server.control.counts()
    expect(await traffic.read()).toEqual({
      bytesIn: after.bytesIn - before.bytesIn,
      bytesOut: after.bytesOut - before.bytesOut,
    })
  })

  test('ends its processes when it is stopped', async () => {
    await using server = await startFixture('plain', {})
    const traffic = await watching(server.port)
    const isHelper = new RegExp(`sport\\W+${server.port}\\b`)
    const helpers = (): readonly number[] => listPids().filter((pid) => isHelper.test(readProc(`${pid}/cmdline`) ?? ''))
    expect(helpers().length).toBeGreaterThanOrEqual(2)
    traffic.stop()
    await vi.waitFor(() => expect(helpers()).toEqual([]), WITHIN)
  })
})

describe.runIf(process.platform === 'linux')('the reason why the bytes are unknown', () => {
  test('is that a program is not installed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'describe-load-'))
    onTestFinished(() => {
      vi.unstubAllEnvs()
      rmSync(folder, { recursive: true })
    })
    symlinkSync('/bin/sh', join(folder, 'sh'))
    vi.stubEnv('PATH', folder)
    const network = watchNetwork([process.pid], [1])
    await vi.waitFor(async () => {
      expect(await network.read()).toBeNull()
      expect(network.unknown).toMatch(/^the program (ss|stdbuf) \(package (iproute2|coreutils)\) is not installed$/)
    }, WITHIN)
    network.stop()
  })

  test('is that no file descriptor is free', async () => {
    const { href } = new URL('watch-network.ts', import.meta.url)
    const script = `import { closeSync, openSync } from 'node:fs'
      import { watchNetwork } from '${href}'
      const open = []
      try { for (;;) open.push(openSync('/dev/null')) } catch {}
      // For reading /proc.
      for (const descriptor of open.splice(0, 2)) closeSync(descriptor)
      const network = watchNetwork([process.pid], [1])
      setTimeout(() => console.log(network.unknown), 100)`
    const command = `ulimit -n 128 && exec "${process.execPath}" --input-type=module -e "$SCRIPT"`
    const { stdout } = await promisify(execFile)('sh', ['-c', command], { env: { ...process.env, SCRIPT: script } })
    expect(stdout).toBe('sh could not be started: spawn sh EMFILE\n')
  })

  test.each([
    ['a target over pipes uses no network', []],
    ['the target listens on no TCP port', [process.ppid]],
  ])('is that %s', async (reason, pids) => {
    const network = watchNetwork(pids)
    expect(network.unknown).toBe(reason)
    expect(await network.read()).toBeNull()
  })
})
