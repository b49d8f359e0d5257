import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { flood, uncaughtErrors, writeInPieces } from '../hostile-server.fixture.ts'
import { liveBytes } from '../live-bytes.fixture.ts'
import type { Outcome } from '../../model/protocol.ts'
import type { Framing, TcpRequest } from './index.ts'
import { lines, open, send, testServer } from './server.fixture.ts'

const MIB = 1024 * 1024

describe('memory stays below 16 MiB for each connection, and cancelling ends the exchange, when the server sends', () => {
  const check = { bodyIncludes: 'x' }
  const some = Buffer.alloc(64 * 1024, 'a')
  test.each<[string, Framing, Buffer, TcpRequest]>([
    ['a line without end', 'newline', some, { data: 'x' }],
    ['a line without end to a check', 'newline', some, { data: 'x', check }],
    ['a line without end to a request that reads', 'newline', some, { data: 'x', read: 'text' }],
    ['a line without end to a request that ignores messages', 'newline', some, { data: 'x', ignore: check }],
    ['a response without end', 'until-close', some, { data: 'x', check }],
    ['unsolicited lines', 'newline', Buffer.from(`${'tick'.repeat(20)}\n`.repeat(800)), { data: 'x', replies: 0 }],
    [
      'a response of endless short frames',
      'newline',
      Buffer.from('tick\n'.repeat(10_000)),
      { data: 'x', replies: 1e9, read: 'text' },
    ],
  ])('%s', async (_, framing, chunk, request) => {
    const written: (() => number)[] = []
    const server = await testServer((socket) => socket.once('data', () => written.push(flood(socket, chunk))))
    const connections = await Promise.all([open(server, { framing }), open(server, { framing })])
    const before = await liveBytes()
    const outcomes: Outcome[] = []
    const events = { onMessage: () => {}, onDone: (outcome: Outcome) => void outcomes.push(outcome) }
    const cancels = connections.map((connection) =>
      connection.exchange({ requestId: 0, operation: '', payload: request }, events),
    )
    await vi.waitUntil(() => written.length === 2 && written.every((bytes) => bytes() > 20 * MIB), { timeout: 15_000 })
    expect(((await liveBytes()) - before) / 2).toBeLessThan(16 * MIB)
    if (request.replies !== 0) for (const cancel of cancels) cancel()
    for (const connection of connections) connection.destroy()
    await Promise.all(connections.map(({ closed }) => closed))
    expect(outcomes).toHaveLength(request.replies === 0 ? 2 : 0)
  })

  test('a length prefix of 4 GiB, which fails with class protocol', async () => {
    const server = await testServer((socket) => socket.once('data', () => flood(socket, Buffer.alloc(65_536, 0xff))))
    const asked = send(await open(server, { framing: { length: 4 } }), { data: 'x' })
    expect(await asked.done).toMatchObject({
      errorClass: 'protocol',
      message: 'a frame declares a length of 4294967295 bytes, more than the maximum of 536870912',
    })
  })

  test('nothing and never reads: requests without a response hold only what was not sent', async () => {
    const server = await testServer((socket) => socket.pause())
    const connection = await open(server)
    const before = await liveBytes()
    const data = 'x'.repeat(MIB)
    for (let sent = 0; sent < 32; sent++) {
      if (!connection.usable) break
      const asked = send(connection, { data, replies: 0 })
      const timeout = new Promise((resolve) => setTimeout(resolve, 100))
      await Promise.race([asked.done, timeout])
      if (asked.outcomes.length === 0) asked.cancel()
    }
    expect(connection.usable).toBe(false)
    expect((await liveBytes()) - before).toBeLessThan(8 * MIB)
  })
})

describe('check', () => {
  test.each<[TcpRequest, string | undefined]>([
    [{ data: 'GET a', check: { bodyExcludes: '-ERR' } }, undefined],
    [
      { data: 'NOSUCH', check: { bodyExcludes: '-ERR' } },
      "expected the message not to include '-ERR', got '-ERR unknown'",
    ],
    [{ data: 'NOSUCH', check: { bodyIncludes: 'OK' } }, "expected the message to include 'OK', got '-ERR unknown'"],
    [
      { data: '{"errors":[1]}', check: { json: { path: 'errors', absent: true } } },
      'expected errors to be absent, got [1]',
    ],
    [
      {
        data: '{"data":1}',
        check: [{ json: { path: 'errors', absent: true } }, { json: { path: 'data', exists: true } }],
      },
      undefined,
    ],
    [{ data: 'GET a', check: ({ body }) => body === '+GET a' }, undefined],
    [{ data: 'GET a', check: ({ body }) => body === 'b' }, 'the check function rejected the response'],
    [
      { data: 'MANY NOSUCH', replies: 2, check: { bodyExcludes: '-ERR' } },
      "expected the message not to include '-ERR', got '-ERR second'",
    ],
  ])('of %j gives %s', async (request, message) => {
    const server = await testServer(
      lines((line) => {
        if (line.startsWith('MANY')) return '+one\n-ERR second\n'
        if (line.startsWith('{')) return `${line}\n`
        return line === 'NOSUCH' ? '-ERR unknown\n' : `+${line}\n`
      }),
    )
    const connection = await open(server)
    const outcome = await send(connection, request).done
    expect(outcome.ok).toBe(message === undefined)
    if (message !== undefined) {
      expect(outcome).toMatchObject({ errorClass: 'check', message, excerpt: expect.stringMatching(/./) })
    }
    expect(await send(connection, { data: 'next', read: 'text' }).done).toMatchObject({ answer: { text: '+next' } })
  })

  test('fails for a message longer than it examines, and the next exchange succeeds', async () => {
    const server = await testServer(lines((line) => `${line.repeat(line === 'long' ? 3 * MIB : 1)}\n`))
    const connection = await open(server)
    const request = { check: { bodyIncludes: 'o' } }
    expect(await send(connection, { data: 'long', ...request }).done).toMatchObject({
      errorClass: 'check',
      message: 'the message is longer than 8388608 bytes, the limit of `check`',
    })
    expect(await send(connection, { data: 'no', ...request }).done).toMatchObject({ ok: true })
  })
})

describe('whatever bytes arrive, each exchange has one outcome', () => {
  const framings: readonly Framing[] = [
    'newline',
    'until-close',
    { length: 1 },
    { length: 2, endian: 'little', includesPrefix: true },
    { length: 4 },
    { delimiter: 'aab' },
    { fixed: 3 },
  ]
  const corpus: [Uint8Array, Framing, number][] = [
    [Buffer.from([0, 0]), { length: 2, endian: 'little', includesPrefix: true }, 1],
    [Buffer.from([0xff, 0xff, 0xff, 0xff]), { length: 4 }, 1],
    [Buffer.from(`${'{"a":'.repeat(20_000)}\n`), 'newline', 1_000],
    [Buffer.from('aaaab'), { delimiter: 'aab' }, 1],
    [Buffer.from('{"errors":{"__proto__":1}}\n'), 'newline', 3],
    [Buffer.alloc(0), 'until-close', 1],
  ]
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .array(fc.constantFrom('aab', 'a', '\n', '{}', 'tick', '\0', '\u0003'), { maxLength: 40 })
      .map((all) => Buffer.from(all.join(''))),
    fc.json().map((json) => Buffer.from(`${json}\n`)),
  )

  test('over TCP', async () => {
    let sent: Uint8Array = Buffer.alloc(0)
    let pieceBytes = 1
    const server = await testServer((socket) => {
      socket.once('data', () => {
        writeInPieces(socket, sent, pieceBytes)
        socket.end()
      })
    })
    const errors = uncaughtErrors()
    const check = { json: { path: 'errors', absent: true } } as const
    const requests: readonly TcpRequest[] = [
      { data: 'xyz', read: 'json' },
      { data: 'xyz', check, replies: 2 },
      { data: 'xyz', ignore: { bodyIncludes: 'tick' }, read: 'text' },
    ]
    await fc.assert(
      fc.asyncProperty(
        bytes,
        fc.constantFrom(...framings),
        fc.constantFrom(1, 7, 65_536),
        async (all, framing, piece) => {
          sent = all
          pieceBytes = Math.max(piece, Math.ceil(all.length / 200))
          const inFlight = framing === 'until-close' ? 1 : requests.length
          const connection = await open(server, { framing, maxInFlight: inFlight })
          const asked = requests.slice(0, inFlight).map((request) => send(connection, request))
          await Promise.all(asked.map(({ done }) => done))
          await connection.closed
          expect(asked.every(({ outcomes }) => outcomes.length === 1)).toBe(true)
        },
      ),
      { numRuns: 100, examples: corpus },
    )
    expect(errors).toEqual([])
  }, 30_000)
})
