import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { WrittenPlan } from '../../../plan/load-plan.ts'
import { openHttpSink } from './sinks.ts'
import { openHttp2Sink } from './tls-sinks.ts'
import { expectedTransports, transport, TRANSPORT_NAMES } from './transports.ts'
import { warmUp } from './warm-up.ts'

test.each(TRANSPORT_NAMES)('warms up over %s', async (name) => {
  // On a busy machine, too few requests may succeed in time. As in a run, the next attempt is faster.
  await expect.poll(() => warmUp([name]), { timeout: 20_000 }).toBeUndefined()
})

test('expects HTTP for an unknown protocol, even if it has the name of an inherited property', () => {
  // A plan is not checked yet when its test is declared.
  const plan = { target: () => 'http://127.0.0.1/', protocol: 'constructor' } as unknown as WrittenPlan
  expect(expectedTransports(plan)).toEqual(['http'])
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

test.each(TRANSPORT_NAMES)('closes the server for %s while a client is in the middle of a handshake', async (name) => {
  const sink = await transport(name).open()
  const socket = connect(sink.port, '127.0.0.1').on('error', () => {})
  await once(socket, 'connect')
  const ended = once(socket, 'close')
  socket.resume()
  await setImmediate()
  await sink.close()
  await ended
})

test('closes the server for HTTP/2 while requests arrive', async () => {
  for (let round = 0; round < 12; round++) {
    const sink = await openHttp2Sink('{}')
    const session = connectHttp2(`https://127.0.0.1:${sink.port}`, { rejectUnauthorized: false })
    session.on('error', () => {})
    await once(session, 'connect')
    for (let i = 0; i < 50; i++) session.request({ ':path': '/' }).on('error', () => {})
    for (let turn = 0; turn < round % 6; turn++) await setImmediate()
    await sink.close()
    session.destroy()
  }
})
