import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Outcome } from '../../model/protocol.ts'
import { openSocket } from '../sockets/open-socket.ts'
import { responses } from './framed.builder.ts'
import type { Connect } from './http-subject.conformance.ts'
import { contextFor, socketServer } from './raw-server.fixture.ts'
import type { RawServer } from './raw-server.fixture.ts'
import type { HttpRequest } from './request.ts'
import { connectSocket, overSocket } from './socket-connection.ts'

const IMPLEMENTATIONS: Readonly<Record<string, Connect>> = {
  'a plain socket': connectSocket,
  'a socket that passes its bytes on': async (target, context) =>
    overSocket(await openSocket(target, context, { secure: false }), target, context, 1),
}

/** Requests that read a response in every way. */
const REQUESTS: readonly HttpRequest[] = [
  {},
  { method: 'HEAD' },
  { read: 'json' },
  { stream: 'sse' },
  { stream: 'chunks' },
  { check: { bodyIncludes: 'x', json: { path: 'a.b', equals: 1 } } },
  { method: 'POST', body: 'x'.repeat(100_000) },
]

const OK = 'HTTP/1.1 200 OK\r\n'
/** Responses with which clients have had difficulties. */
const KNOWN: readonly string[] = [
  '',
  '\r\n\r\n',
  `\r\n${OK}content-length: 0\r\n\r\n`,
  `${OK}content-length: 18446744073709551616\r\n\r\n`,
  `${OK}content-length: -1\r\n\r\n`,
  `${OK}content-length: 5\r\ncontent-length: 6\r\n\r\nhello!`,
  `${OK}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  `${OK}transfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nx`,
  `${OK}transfer-encoding: chunked\r\n\r\n5;${'x'.repeat(100_000)}`,
  `${OK}__proto__: x\r\nconstructor: y\r\ncontent-length: 0\r\n\r\n`,
  `${OK}a: b\r\n folded\r\ncontent-length: 0\r\n\r\n`,
  `${OK}a: \0\r\ncontent-length: 0\r\n\r\n`,
  `${OK}content-encoding: gzip\r\ncontent-length: 5\r\n\r\nhello`,
  `${OK}content-type: text/event-stream\r\n\r\ndata: ${'x'.repeat(100_000)}`,
  `${OK}content-type: text/event-stream\r\n\r\nid: \0\nretry: 99999999999999999999\ndata\r\r\n\n`,
  'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nhello',
  `${'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1_000)}${OK}content-length: 0\r\n\r\n`,
  `HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello`,
  'HTTP/1.1 000 \r\n\r\n',
  'HTTP/2.0 200 OK\r\n\r\n',
  'HTTP/1.1 200 OK\ncontent-length: 0\n\n',
]

const HEADERS = ['content-encoding: gzip', 'content-type: text/event-stream', 'set-cookie: a', 'keep-alive: timeout=x']

/** Any bytes, heads with any body, and valid responses with a damaged, missing or repeated part. */
const received: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .tuple(fc.subarray(HEADERS), fc.uint8Array({ maxLength: 200 }))
    .map(([headers, body]) => Buffer.concat([Buffer.from(`${OK}${headers.join('\r\n')}\r\n\r\n`), body])),
  fc.tuple(responses, fc.nat(), fc.nat(), fc.nat(255)).map(([{ bytes }, first, second, byte]) => {
    const [from, to] = [first % bytes.length, second % bytes.length]
    return Buffer.concat([bytes.subarray(0, from), Buffer.from([byte]), bytes.subarray(to)])
  }),
)

describe.each(Object.keys(IMPLEMENTATIONS))('over %s', (name) => {
  let server: RawServer
  let script: readonly Uint8Array[] = []

  beforeEach(async () => {
    server = await socketServer((socket) => {
      socket.once('data', async () => {
        for (const piece of script) {
          socket.write(piece)
          await nextTurn()
        }
        socket.end()
        socket.resume()
      })
    })
  })

  test('ends an exchange with one outcome, and its connection, after any bytes', { timeout: 30_000 }, async () => {
    const connect = IMPLEMENTATIONS[name] ?? expect.fail(name)
    await fc.assert(
      fc.asyncProperty(received, fc.nat(), fc.constantFrom(...REQUESTS), async (bytes, at, payload) => {
        const split = at % (bytes.length + 1)
        script = [bytes.subarray(0, split), bytes.subarray(split)]
        const connection = await connect(server.url, contextFor())
        const outcomes: Outcome[] = []
        await new Promise<void>((resolve) => {
          connection.exchange(
            { requestId: 0, operation: '', payload },
            {
              onMessage: () => {},
              onDone(outcome) {
                outcomes.push(outcome)
                resolve()
              },
            },
          )
        })
        await connection.closed
        await nextTurn()
        expect(outcomes).toHaveLength(1)
        expect(connection.usable).toBe(false)
        expect(outcomes).toEqual([
          expect.objectContaining(outcomes[0]?.ok === true ? { ok: true } : { errorClass: expect.any(String) }),
        ])
        // A quoted body is bounded before the recorder cuts it.
        expect(outcomes[0]?.message?.length ?? 0).toBeLessThan(10_000)
      }),
      {
        numRuns: 350,
        examples: KNOWN.flatMap((text) =>
          REQUESTS.map((payload) => [Buffer.from(text, 'latin1'), 40, payload] as [Uint8Array, number, HttpRequest]),
        ),
      },
    )
  })
})
