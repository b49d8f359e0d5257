import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { NOTHING, type TargetWatch } from './watch.ts'
import { watchMetrics } from './watch-metrics.ts'

/** Starts a watch on a page that `answer` serves. `host` is a name for this machine and need not resolve. */
async function watchOn(answer: RequestListener, host = '127.0.0.1'): Promise<TargetWatch> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(`http://${host}:${(server.address() as AddressInfo).port}/metrics`)
  const watch = watchMetrics({ url, addresses: [{ address: '127.0.0.1', family: 4 }] })
  onTestFinished(() => {
    watch.stop()
    server.closeAllConnections()
    server.close()
  })
  return watch
}

/** Serves the pages in order, and the last one for every further request. */
function pages(...texts: readonly string[]): RequestListener {
  let asked = 0
  return (_, response) => response.end(texts[Math.min(asked++, texts.length - 1)])
}

describe('watchMetrics', () => {
  test.each([
    ['process_resident_memory_bytes 104857600', { rssMb: 100 }],
    ['process_open_fds 23', { openFileDescriptors: 23 }],
    ['process_threads 11', { threads: 11 }],
    ['nodejs_active_resources{type="TCPSocketWrap"} 7\nnodejs_active_resources{type="Timeout"} 3', { openSockets: 7 }],
    ['nodejs_eventloop_lag_p99_seconds 0.02\nnodejs_eventloop_lag_mean_seconds 0.01', { eventLoopDelayMs: 20 }],
    ['nodejs_eventloop_lag_seconds 0.5\nnodejs_eventloop_lag_mean_seconds 0.01', { eventLoopDelayMs: 10 }],
    ['nodejs_eventloop_lag_seconds 0.5', { eventLoopDelayMs: 500 }],
    // NaN is no number at this moment; the next name is a different figure.
    ['nodejs_eventloop_lag_p99_seconds NaN\nnodejs_eventloop_lag_seconds 0.5\nprocess_threads 1', { threads: 1 }],
    ['nodejs_active_resources{type="TCPSocketWrap"} NaN\nprocess_threads 1', { threads: 1 }],
    // Two processes behind one page: their resource use is added up, their event-loop delay is not.
    ['process_resident_memory_bytes{w="1"} 1048576\nprocess_resident_memory_bytes{w="2"} 2097152', { rssMb: 3 }],
    [
      'nodejs_eventloop_lag_p99_seconds{w="1"} 0.01\nnodejs_eventloop_lag_p99_seconds{w="2"} 0.03',
      { eventLoopDelayMs: 30 },
    ],
    ['# TYPE process_threads gauge\nprocess_threads{a="\\"}"} 4 1395066363000\n# EOF\n', { threads: 4 }],
  ])('reads from %j only %j', async (page, reported) => {
    const watch = await watchOn(pages(page))
    expect(await watch.sample()).toEqual({ ...NOTHING, ...reported })
  })

  test.each([
    ['as one total', 'process_cpu_seconds_total 10', 'process_cpu_seconds_total 10.1'],
    [
      'as user and system time',
      'process_cpu_user_seconds_total 8\nprocess_cpu_system_seconds_total 2',
      'process_cpu_user_seconds_total 8.04\nprocess_cpu_system_seconds_total 2.06',
    ],
  ])('reports CPU given %s as a rate', async (_, before, after) => {
    const watch = await watchOn(pages(before, after))
    expect(await watch.sample()).toEqual(NOTHING)
    const startMs = performance.now()
    await new Promise((resolve) => setTimeout(resolve, 200))
    const { cpuPercent } = (await watch.sample()) ?? NOTHING
    const usedSeconds = ((cpuPercent ?? 0) / 100) * ((performance.now() - startMs) / 1_000)
    expect(usedSeconds).toBeCloseTo(0.1, 1)
  })

  test('reports traffic since the previous page, and null after its counters restarted', async () => {
    const page = (received: number, sent: number) =>
      `process_network_receive_bytes_total ${received}\nprocess_network_transmit_bytes_total ${sent}\n`
    const watch = await watchOn(pages(page(1_000, 50), page(1_500, 50), page(20, 60)))
    expect(await watch.sample()).toEqual(NOTHING)
    expect(await watch.sample()).toEqual({ ...NOTHING, bytesIn: 500, bytesOut: 0 })
    expect(await watch.sample()).toEqual({ ...NOTHING, bytesOut: 10 })
    expect(watch.unwatchedNetwork).toBeUndefined()
  })

  test('names the network counters that a page does not have', async () => {
    const watch = await watchOn(pages('process_network_receive_bytes_total 5'))
    await watch.sample()
    expect(watch.unwatchedNetwork).toBe('the metrics page has no process_network_transmit_bytes_total')
  })

  test('requests the page at the addresses that were checked, without resolving its name again', async () => {
    const watch = await watchOn(pages('process_threads 4'), 'metrics.invalid')
    expect(await watch.sample()).toEqual({ ...NOTHING, threads: 4 })
  })

  test('sends one request at a time', async () => {
    let [underWay, most, asked] = [0, 0, 0]
    const watch = await watchOn((_, response) => {
      asked++
      most = Math.max(most, ++underWay)
      setTimeout(() => {
        underWay--
        response.end('process_threads 4')
      }, 100)
    })
    const samples = await Promise.all([watch.sample(), watch.sample(), watch.sample()])
    expect(samples).toEqual([{ ...NOTHING, threads: 4 }, undefined, undefined])
    expect([asked, most]).toEqual([1, 1])
  })
})
