import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect, onTestFinished, test, vi } from 'vitest'
import { NamespaceTraffic, trafficIn } from './namespace-traffic.ts'

const TABLE = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 9000000   100    0    0    0     0          0         0  9000000     100    0    0    0     0       0          0
  eth0: 1500      10    0    0    0     0          0         0  2500      20    0    0    0     0       0          0
veth1@if2:700      1    0    0    0     0          0         0  40      1    0    0    0     0       0          0
`

test('adds up the devices of a namespace, without loopback', () => {
  expect(trafficIn(TABLE)).toEqual({ bytesIn: 2_200, bytesOut: 2_540 })
})

test('returns null for a process that shares the namespace of the test', () => {
  expect(new NamespaceTraffic(process.pid).read()).toBeNull()
})

test('returns null for a process that has ended', () => {
  expect(new NamespaceTraffic(2 ** 22 + 1).read()).toBeNull()
})

const alone = process.platform === 'linux' && spawnSync('unshare', ['--net', 'true']).status === 0
const why = alone ? '' : ' (skipped: no permission to create a network namespace)'

test.skipIf(!alone)(`counts the bytes of a process in a separate namespace, here none${why}`, async () => {
  const child = spawn('unshare', ['--net', 'sleep', '30'], { stdio: 'ignore' })
  onTestFinished(async () => {
    child.kill()
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  const { pid = 0 } = child
  // `unshare` becomes `sleep` once it has left our namespace.
  await vi.waitUntil(() => readFileSync(`/proc/${pid}/comm`, 'latin1').trim() === 'sleep', { timeout: 10_000 })
  expect(new NamespaceTraffic(pid).read()).toEqual({ bytesIn: 0, bytesOut: 0 })
})
