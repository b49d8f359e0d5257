import { WebSocketServer } from 'ws'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { startFixture } from '../../../fixtures/index.ts'
import type { Body, GeneratedBody, MessageFormat } from '../../model/body.ts'
import { LoadPlanError } from '../../model/errors.ts'
import type { Protocol, WorkRequests } from '../../model/protocol.ts'
import type { AnyRequest } from '../../model/requests.ts'
import type { WebSocketRequest } from './request.ts'
import { protocolConformance } from '../conformance/index.ts'
import { websocket, websocketKind } from './index.ts'
import { ask, begin, open } from './server.fixture.ts'

const protocol = websocketKind.create(websocket({ maxInFlight: 16 }))

describe('protocol conformance', () => {
  async function start(): Promise<{ readonly url: string; stop(): void }> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    server.on('connection', (peer) => {
      peer.on('message', (data: Buffer) => void (data.toString() === 'never' || peer.send(data)))
    })
    await once(server, 'listening')
    return {
      url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
      stop() {
        for (const peer of server.clients) peer.terminate()
        server.close()
      },
    }
  }
  const subject = protocol as unknown as Protocol<AnyRequest>
  const cases = [
    ...protocolConformance(subject, { start }),
    ...protocolConformance(subject, { start, request: { data: 'hello' }, slowRequest: { data: 'never' } }),
    ...protocolConformance(subject, { start, request: { data: '{}', correlate: 'id' }, slowRequest: { replies: 2 } }),
  ]
  const asked = ['ping', 'in order', 'by id']
  test.each(
    cases.map(({ name, run }, index) => [asked[Math.floor((index * asked.length) / cases.length)], name, run] as const),
  )('%s: %s', async (_, __, run) => {
    await run()
  })
})

describe('work requests to the embedded target', () => {
  const large = 100_000
  const generated: GeneratedBody = {
    length: large,
    chunks: () => [new Uint8Array(60_000).fill(97), new Uint8Array(40_000).fill(98)],
  }
  const bodies: Readonly<Record<MessageFormat, readonly Body[]>> = {
    text: ['grüß dich', generated],
    binary: [Buffer.from([0, 255, 128]), generated],
  }

  test.each(['text', 'binary'] as const)('work in %s format', async (format) => {
    const work = protocol.work as WorkRequests<WebSocketRequest>
    await using fixture = await startFixture('work', { protocol: 'websocket' })
    const connection = await open(new URL(fixture.url))
    expect(await ask(connection, work.read(100, format))).toMatchObject({ ok: true, bytesReceived: 102 })
    for (const body of bodies[format]) {
      const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length
      expect(await ask(connection, { ...work.write(body, format), read: 'json' })).toMatchObject({
        ok: true,
        answer: { json: bytes },
      })
      const header = bytes < 126 ? 2 : 10
      expect(await ask(connection, work.echo(body, format))).toMatchObject({ ok: true, bytesReceived: bytes + header })
    }
    const stream = begin(connection, work.stream(3, 50, format))
    expect(await stream.done).toMatchObject({ ok: true })
    expect(stream.messages).toEqual([50, 50, 50])
  })
})

describe('requests', () => {
  test.each([
    [{ ping: true }, 'ping'],
    [{}, 'listen'],
    [{ replies: 3 }, 'listen for 3 messages'],
    [{ data: 'a secret' }, 'message'],
    [{ data: 'x', replies: 2 }, 'message with 2 replies'],
  ])('describes %j as "%s"', (request, word) => {
    expect(protocol.describe(request)).toBe(word)
  })

  test('accept a generated body when they have no data', () => {
    expect(protocol.withBody?.({ name: 'a' }, 'body', 'text')).toEqual({ name: 'a', data: 'body' })
    for (const request of [{ data: 'mine' }, { replies: 3 }, { ping: true }]) {
      expect(protocol.withBody?.(request, 'body', 'text')).toBe(request)
    }
  })
})

describe('options', () => {
  function reported(options: Readonly<Record<string, unknown>>): string {
    return new LoadPlanError(websocketKind.optionIssues(options, 'protocol')).message
  }

  test('accepts valid options', () => {
    const { kind, ...options } = websocket({
      subprotocols: ['chat', 'v2.chat'],
      maxInFlight: 100,
      perMessageDeflate: true,
    })
    expect(kind).toBe('websocket')
    expect(websocketKind.optionIssues(options, 'protocol')).toEqual([])
  })

  test.each<[Readonly<Record<string, unknown>>, string]>([
    [
      { subprotocols: 'chat' },
      "protocol.subprotocols must be a list of distinct names without spaces or commas, got 'chat'\n    → write subprotocols: ['chat']",
    ],
    [
      { subprotocols: ['a', 'a'] },
      'protocol.subprotocols must be a list of distinct names without spaces or commas, got ["a","a"]\n    → write subprotocols: [\'chat\']',
    ],
    [
      { subprotocols: ['a, b'] },
      'protocol.subprotocols must be a list of distinct names without spaces or commas, got ["a, b"]\n    → write subprotocols: [\'chat\']',
    ],
    [{ maxInFlight: 0 }, 'protocol.maxInFlight must be a whole number of at least 1, got 0'],
    [{ perMessageDeflate: {} }, 'protocol.perMessageDeflate must be true or false, got {}'],
    [
      { subprotocol: 'x' },
      "protocol.subprotocol is not an option of websocket, got 'x'\n    → did you mean `protocol.subprotocols`?",
    ],
  ])('rejects %j', (options, message) => {
    expect(reported(options)).toBe(message)
  })
})
