import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { prepareGenerator, runLoad } from '../index.ts'
import type { FromGenerator, GeneratorJob } from './messages.ts'
import { ThreadPool, threadPool } from './thread-pool.ts'

const SHOP = new URL('../../../fixtures/modules/shop-journey.ts', import.meta.url)

/** Starts a server that counts connections and requests; it stops when the test ends. */
async function countingServer(): Promise<{ url: string; counts: { connections: number; requests: number } }> {
  const counts = { connections: 0, requests: 0 }
  const server = createServer((_, response) => {
    counts.requests++
    response.end('{"token":"t"}')
  })
  server.on('connection', () => counts.connections++)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, counts }
}

test('reuses a prepared thread, and the target gets exactly the scheduled requests', async () => {
  const { url, counts } = await countingServer()
  prepareGenerator({ target: url })
  const { started } = threadPool
  const plan = { target: url, rate: 100, duration: '300ms' }
  const results = [await runLoad(plan), await runLoad({ ...plan, rate: 200 })]
  expect(threadPool.started).toBe(started)
  expect(results.map(({ requestsScheduled }) => requestsScheduled)).toEqual([30, 60])
  expect(results.map(({ successes }) => successes)).toEqual([30, 60])
  expect(counts.requests).toBe(90)
  // Each run opens one more connection to check that the target is reachable.
  expect(counts.connections).toBe(results.reduce((sum, { connections }) => sum + connections.opened + 1, 0))
  for (const result of results) expect(result.generator.cpuPercent).toBeLessThan(100)
})

test('opens the connections that the rate needs before the first request', async () => {
  const { url } = await countingServer()
  const { connections, pool } = await runLoad({ target: url, rate: 100, duration: '100ms', maxConnections: 3 })
  expect(connections.opened).toBe(3)
  expect(pool.size).toBe(3)
  const short = await runLoad({ target: url, rate: 100, duration: '100ms', connection: 'short-lived' })
  expect(short.connections.opened).toBe(10)
})

test('ends a thread that has loaded code of the user', async () => {
  const { url } = await countingServer()
  await runLoad({ target: url, rate: 10, duration: '100ms' })
  expect(threadPool.idle).toBe(1)
  const { started } = threadPool
  await runLoad({ target: url, rate: 10, duration: '100ms', journey: SHOP })
  expect([threadPool.started, threadPool.idle]).toEqual([started, 0])
})

test('starts more threads if a run needs more than are idle', async () => {
  const { url } = await countingServer()
  await runLoad({ target: url, rate: 10, duration: '100ms' })
  const { started, idle } = threadPool
  await runLoad({ target: url, rate: 100, duration: '100ms', threads: 2 })
  expect(threadPool.started - started).toBe(2 - idle)
})

test('does not reuse a thread that crashed', async () => {
  const pool = new ThreadPool(1)
  const [thread] = pool.acquire(1, [])
  if (thread === undefined) throw new Error('a thread was asked for')
  const plan = { lanes: [{ protocol: { from: 'shipped' } }] }
  const job = { plan, lanes: [{ url: 'no URL' }] } as unknown as GeneratorJob
  const messageOf = (): Promise<FromGenerator> => new Promise((resolve) => thread.begin(job, resolve))
  const crash = await messageOf()
  expect(crash).toMatchObject({ type: 'crash' })
  // A run that acquired the thread before the crash is notified too.
  expect(await messageOf()).toEqual(crash)
  await pool.release(thread)
  expect(pool.idle).toBe(0)
})

test('removes an idle thread that ends by itself', async () => {
  const pool = new ThreadPool(1)
  const [thread] = pool.acquire(1, [])
  if (thread === undefined) throw new Error('a thread was asked for')
  await pool.release(thread)
  expect(pool.idle).toBe(1)
  await thread.exit()
  expect(pool.idle).toBe(0)
})

test.each([
  ['before it was ready', '', 100],
  ['while it warmed the target up', "warmUp: '20s',", 1_500],
])('an inline run that was stopped %s leaves nothing running', async (_, plan, afterMs) => {
  const program = `
    import { createServer } from 'node:http'
    import { startLoad } from '${new URL('../index.ts', import.meta.url).href}'
    const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1', async () => {
      const target = 'http://127.0.0.1:' + server.address().port
      const run = startLoad({ target, rate: 20, duration: '10s', ${plan} request: { path: '/', check: () => true } })
      setTimeout(async () => {
        const { ended } = await run.stop()
        server.close()
        console.log(ended)
      }, ${afterMs})
    })
  `
  const args = ['--no-warnings', '--input-type=module-typescript', '--eval', program]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 })
  expect([stdout, stderr]).toEqual(['interrupted\n', ''])
})

test('an idle warm thread does not keep the process alive', async () => {
  const program = `
    import { createServer } from 'node:http'
    import { prepareGenerator, runLoad } from '${new URL('../index.ts', import.meta.url).href}'
    const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1', async () => {
      const target = 'http://127.0.0.1:' + server.address().port
      const { successes } = await runLoad({ target, rate: 20, duration: '100ms' })
      prepareGenerator({ target })
      server.close()
      console.log(successes)
    })
  `
  const args = ['--no-warnings', '--input-type=module-typescript', '--eval', program]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 })
  expect([stdout, stderr]).toEqual(['2\n', ''])
})
