import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { openHttpSink } from './sinks.ts'
import { TRANSPORT_NAMES } from './transports.ts'
import { warmUp } from './warm-up.ts'

test.each(TRANSPORT_NAMES)('warms up over %s', async (name) => {
  // On a busy machine, too few requests may succeed in time. As in a run, the next attempt is faster.
  await expect.poll(() => warmUp([name]), { timeout: 20_000 }).toBeUndefined()
})

test('warms up each transport only once', async () => {
  await warmUp(['http', 'tcp'])
  const { cpuUsage } = process
  const before = cpuUsage()
  for (let i = 0; i < 100; i++) await warmUp(['http', 'tcp'])
  // 200 warm-ups of 1 600 requests would take seconds.
  expect(cpuUsage(before).user).toBeLessThan(1e6)
})

test('the HTTP sink answers a request that arrives in pieces and a request with a body', async () => {
  const bodies: string[] = []
  const sink = await openHttpSink((body) => {
    bodies.push(body)
    return body === 'none' ? undefined : 'answer'
  })
  const socket = connect(sink.port, '127.0.0.1').setEncoding('latin1')
  socket.write('GET / HTTP/1.1\r\nhost: sink\r')
  await once(socket, 'connect')
  socket.write('\n\r\n')
  const [answer] = (await once(socket, 'data')) as [string]
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n(.*\r\n)+\r\nanswer$/)
  socket.write('POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nnone')
  const [accepted] = (await once(socket, 'data')) as [string]
  expect(accepted).toMatch(/^HTTP\/1\.1 202 Accepted\r\n/)
  expect(bodies).toEqual(['', 'none'])
  await sink.close()
})
