import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { protocolConformance } from '../conformance/index.ts'
import type { Protocol } from '../../model/protocol.ts'
import type { AnyRequest } from '../../model/requests.ts'
import { tcp, tcpKind } from './index.ts'
import type { Framing, TcpOptions } from './index.ts'
import { ask, contextFor, echo, lines, open, send, tcpServer, testServer } from './server.fixture.ts'

describe.each<[string, TcpOptions, boolean]>([
  ['over TCP', {}, false],
  ['over TCP, several in flight', { maxInFlight: 8 }, false],
  ['over TLS, several in flight', { maxInFlight: 8 }, true],
])('%s', (_, options, secure) => {
  const protocol = tcpKind.create(tcp(options)) as unknown as Protocol<AnyRequest>
  const answers = lines((line) => (line === 'slow' ? undefined : `you said ${line}\n`))
  const cases = protocolConformance(protocol, {
    start: () => tcpServer(answers, secure),
    slowRequest: { data: 'slow' },
    context: contextFor(),
  })
  test.each(cases)('$name', ({ run }) => run())
})

const FRAMINGS: readonly Framing[] = [
  'newline',
  { delimiter: '\r\n' },
  { delimiter: '--end--' },
  { length: 1 },
  { length: 1, includesPrefix: true },
  { length: 2 },
  { length: 2, endian: 'little' },
  { length: 4 },
  { length: 4, endian: 'little', includesPrefix: true },
]

describe.each([false, true])('TLS: %s', (secure) => {
  test.each(FRAMINGS)('receives echoed frames with framing %j', async (framing) => {
    const connection = await open(await testServer(echo, secure), { framing })
    expect(connection.version).toBe(secure ? 'TLSv1.3' : 'TCP')
    for (const data of ['{"a":1}', '', 'ä€😀', new Uint8Array([0, 1, 2, 255]), 'x'.repeat(200)]) {
      const content = Buffer.from(data)
      const outcome = await ask(connection, { data, read: 'text' })
      expect(outcome).toMatchObject({ ok: true, answer: { text: content.toString(), messages: [content.toString()] } })
      expect(outcome.bytesSent).toBeGreaterThan(content.length)
      expect(outcome.bytesReceived).toBe(outcome.bytesSent)
    }
    expect(connection.usable).toBe(true)
  })

  test('receives echoed frames of a fixed length', async () => {
    const connection = await open(await testServer(echo, secure), { framing: { fixed: 8 } })
    const data = Buffer.from([0, 10, 13, 10, 255, 0, 0, 1])
    expect(await ask(connection, { data })).toEqual({ ok: true, bytesSent: 8, bytesReceived: 8 })
    expect(await ask(connection, { data: '8 bytes!' })).toMatchObject({ ok: true })
  })

  test('until-close ends the request stream and reads the response to the end', async () => {
    const server = await testServer((socket) => {
      let received = ''
      socket.on('data', (bytes) => (received += bytes.toString()))
      socket.on('end', () => socket.end(`${received.length} bytes\nand more`))
    }, secure)
    const connection = await open(server, { framing: 'until-close' })
    expect(connection.maxInFlight).toBe(1)
    const asked = send(connection, { data: 'all that I say\n', read: 'text' })
    expect(connection.usable).toBe(false)
    expect(await asked.done).toMatchObject({ ok: true, bytesSent: 15, answer: { text: '15 bytes\nand more' } })
    expect(await connection.closed).toBeUndefined()
  })

  test('sends a large generated frame and requests each chunk after the previous one has left', async () => {
    const chunk = Buffer.alloc(64 * 1024)
    const chunks = 1_600
    const hash = createHash('sha256')
    const got = createHash('sha256')
    let received = 0
    const server = await testServer((socket) => {
      socket.on('data', (bytes) => {
        // Skips the prefix of the frame.
        got.update(received === 0 ? bytes.subarray(4) : bytes)
        received += bytes.length
        if (received === 4 + chunks * chunk.length) socket.write(Buffer.from([0, 0, 0, 2, 111, 107]))
      })
    }, secure)
    const connection = await open(server, { framing: { length: 4 } })
    const body = {
      length: chunks * chunk.length,
      *chunks() {
        for (let i = 0; i < chunks; i++) {
          // Reuses the buffer, as payload sources do. A chunk that is still being sent would change.
          chunk.fill(i % 251)
          hash.update(chunk)
          yield chunk
        }
      },
    }
    const outcome = await ask(connection, { data: body, read: 'text' })
    expect(outcome).toMatchObject({ ok: true, bytesSent: body.length + 4, bytesReceived: 6, answer: { text: 'ok' } })
    expect(got.digest('hex')).toBe(hash.digest('hex'))
    expect(connection.usable).toBe(true)
  })
})

test('a generated frame waits for a peer that does not read, and later frames follow in order', async () => {
  const server = await testServer((socket) => void socket.pause())
  const connection = await open(server, { maxInFlight: 3 })
  const chunk = Buffer.alloc(64 * 1024, 'x')
  const chunks = 1_600
  let made = 0
  const body = {
    length: chunks * chunk.length,
    *chunks() {
      for (; made < chunks; made++) yield chunk
    },
  }
  const large = send(connection, { data: body })
  const behind = send(connection, { data: 'behind', read: 'text' })
  const last = send(connection, { data: Buffer.alloc(100_000, 'y') })
  await delay(50)
  // The kernel accepts only part of it.
  expect(made).toBeLessThan(chunks)
  for (const socket of server.sockets) echo(socket)
  expect(await large.done).toEqual({ ok: true, bytesSent: body.length + 1, bytesReceived: body.length + 1 })
  expect(await behind.done).toMatchObject({ ok: true, answer: { text: 'behind' } })
  expect(await last.done).toEqual({ ok: true, bytesSent: 100_001, bytesReceived: 100_001 })
})

describe('several exchanges in flight', () => {
  test('are sent immediately, and each gets its own response', async () => {
    const received: string[] = []
    const server = await testServer(
      lines((line, socket) => {
        received.push(line)
        if (received.length === 20) socket.write(received.map((each) => `answer to ${each}\n`).join(''))
        return undefined
      }),
    )
    const connection = await open(server, { maxInFlight: 20 })
    expect(connection.maxInFlight).toBe(20)
    const asked = Array.from({ length: 20 }, (_, i) => send(connection, { data: `${i}`, read: 'text' }))
    const outcomes = await Promise.all(asked.map(({ done }) => done))
    expect(outcomes.map(({ answer }) => answer?.text)).toEqual(received.map((line) => `answer to ${line}`))
    expect(received).toEqual(asked.map((_, i) => `${i}`))
  })

  test('do not get a response that arrived before they were started', async () => {
    const connection = await open(await testServer(lines((line) => `${line}\n`)), { maxInFlight: 2 })
    const texts: (string | undefined)[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    let sent = 0
    const next = (): void => {
      const data = `${sent++}`
      connection.exchange(
        { requestId: 0, operation: '', payload: { data, read: 'text' } },
        {
          onMessage() {},
          onDone({ answer }) {
            texts.push(answer?.text)
            if (texts.length === 500) resolve()
            else if (sent < 500) next()
          },
        },
      )
    }
    next()
    next()
    await promise
    expect(texts).toEqual(texts.map((_, i) => `${i}`))
  })
})

describe('replies', () => {
  test('several frames answer one request, and onMessage reports each', async () => {
    const server = await testServer(lines((line) => `${line}1\n${line}22\n${line}333\n`))
    const connection = await open(server, { maxInFlight: 2 })
    const [one, other] = ['a', 'b'].map((data) => send(connection, { data, replies: 3, read: 'text' }))
    expect(await one?.done).toMatchObject({ ok: true, bytesReceived: 12, answer: { messages: ['a1', 'a22', 'a333'] } })
    expect(await other?.done).toMatchObject({ ok: true, answer: { text: 'b1' } })
    expect(one?.messages).toEqual([3, 4, 5])
  })

  test('a single frame is not reported to onMessage', async () => {
    const asked = send(await open(await testServer(echo)), { data: 'a' })
    await asked.done
    expect(asked.messages).toEqual([])
  })

  test('a request without replies completes when it has been sent, in order', async () => {
    const received: string[] = []
    const server = await testServer(
      lines((line) => {
        received.push(line)
        return line.startsWith('quiet') ? undefined : `${line}\n`
      }),
    )
    const connection = await open(server, { maxInFlight: 4 })
    const [first, , third] = ['quiet 1', 'loud', 'quiet 2'].map((data) =>
      send(connection, { data, replies: data === 'loud' ? 1 : 0, read: 'text' }),
    )
    expect(await first?.done).toMatchObject({ ok: true, bytesSent: 8, bytesReceived: 0 })
    expect(await third?.done).toMatchObject({ ok: true })
    expect(await ask(connection, { data: 'last', read: 'text' })).toMatchObject({ answer: { text: 'last' } })
    expect(received).toEqual(['quiet 1', 'loud', 'quiet 2', 'last'])
  })

  test('a request without data sends nothing and reads what the server pushes', async () => {
    const server = await testServer((socket) => void socket.write('hello, who are you?\n'))
    const connection = await open(server)
    // The greeting usually arrives before the request that reads it.
    await delay(10)
    const greeting = await ask(connection, { read: 'text' })
    expect(greeting).toMatchObject({
      ok: true,
      bytesSent: 0,
      bytesReceived: 20,
      answer: { text: 'hello, who are you?' },
    })
    const pushed = ask(connection, { replies: 2, read: 'text' })
    server.sockets[0]?.write('and\nagain\n')
    expect(await pushed).toMatchObject({ answer: { messages: ['and', 'again'] } })
  })
})

describe('read', () => {
  test("as 'json' parses the first frame", async () => {
    const connection = await open(await testServer(echo))
    expect(await ask(connection, { data: '{"a":[1]}', read: 'json' })).toMatchObject({ answer: { json: { a: [1] } } })
    expect(await ask(connection, { data: '{"a":', read: 'json' })).toMatchObject({
      ok: false,
      errorClass: 'protocol',
      message: 'expected a JSON message, got \'{"a":\'',
    })
    const check = { json: { path: 'a.0', equals: 1 } }
    expect(await ask(connection, { data: '\uFEFF{"a":[1]}', read: 'json', check })).toMatchObject({
      answer: { json: { a: [1] } },
    })
    // The frame was complete, so the connection stays usable.
    expect(await ask(connection, { data: 'null', read: 'json' })).toMatchObject({ ok: true, answer: { json: null } })
  })

  test('fails for a response above the size limit', async () => {
    const connection = await open(await testServer(echo), { framing: { length: 4 } })
    expect(await ask(connection, { data: Buffer.alloc(8 * 1024 * 1024 + 1), read: 'text' })).toMatchObject({
      errorClass: 'protocol',
      message: 'the response is longer than 8388608 bytes, the limit of `read`',
    })
    expect(await ask(connection, { data: 'a' })).toEqual({ ok: true, bytesSent: 5, bytesReceived: 5 })
  })
})

test('a short-lived connection closes gracefully after its exchange', async () => {
  const ended = vi.fn<() => void>()
  const server = await testServer((socket) => {
    echo(socket)
    socket.on('end', ended)
  })
  const connection = await open(server, {}, { reuse: false })
  expect(await ask(connection, { data: 'a' })).toMatchObject({ ok: true })
  expect(connection.usable).toBe(false)
  expect(await connection.closed).toBeUndefined()
  expect(ended).toHaveBeenCalledOnce()
})
