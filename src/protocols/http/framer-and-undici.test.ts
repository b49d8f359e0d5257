import { once } from 'node:events'
import net from 'node:net'
import type { Socket } from 'node:net'
import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { Client } from 'undici'
import { framed, responses } from './framed.builder.ts'
import { socketServer } from './raw-server.fixture.ts'
import type { RawServer } from './raw-server.fixture.ts'

let server: RawServer
/** Bytes that the server sends on the next connection, and whether it closes the connection afterwards. */
let script: { readonly bytes: Buffer; readonly end: boolean } = { bytes: Buffer.alloc(0), end: false }

beforeEach(async () => {
  server = await socketServer((socket) => {
    const { bytes, end } = script
    socket.once('data', () => {
      if (end) socket.end(bytes)
      else socket.write(bytes)
    })
  })
})

test('the framer and undici find the same status, body and end in the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(responses, async ({ bytes, toHead, untilClose }) => {
      const { status, body, keepAlive } = framed([bytes], { toHead, ended: untilClose })
      const theirs = await byUndici(bytes, toHead, untilClose)
      // undici reuses a connection after HEAD only when the response itself contains keep-alive.
      const reused = toHead ? theirs.keepAlive : keepAlive
      expect(theirs).toEqual({ done: true, status, body: body.toString('hex'), keepAlive: reused })
    }),
    { numRuns: 200 },
  )
})

test('the framer accepts no damaged head that undici rejects or reads differently', async () => {
  const taken: unknown[] = []
  const byUndiciToo: unknown[] = []
  const damaged = fc.tuple(
    responses.filter(({ untilClose }) => !untilClose),
    fc.nat(),
    fc.constantFrom(0, 10, 13, 32, 58, 97, 127),
  )
  await fc.assert(
    fc.asyncProperty(damaged, async ([{ bytes, headBytes, toHead }, at, byte]) => {
      const broken = Buffer.from(bytes)
      broken[at % headBytes] = byte
      const { done, status, body } = framed([broken], { toHead, ended: true })
      // undici may accept a head that the framer rejects, because the framer is stricter.
      if (!done) return
      const theirs = await byUndici(broken, toHead, true)
      taken.push({ broken, done, status, body: body.toString('hex') })
      byUndiciToo.push({ broken, done: theirs.done, status: theirs.status, body: theirs.body })
    }),
    { numRuns: 200 },
  )
  expect(byUndiciToo).toEqual(taken)
})

interface UndiciAnswer {
  readonly done: boolean
  readonly status: number
  /** Hexadecimal. */
  readonly body: string
  readonly keepAlive: boolean
}

async function byUndici(bytes: Buffer, toHead: boolean, end: boolean): Promise<UndiciAnswer> {
  script = { bytes, end }
  const socket = net.connect(Number(server.url.port), '127.0.0.1')
  await once(socket, 'connect')
  const client = new Client(server.url, { connect: (_, done) => queueMicrotask(() => done(null, socket)) })
  try {
    return await answerOf(client, socket, toHead)
  } finally {
    await client.destroy()
  }
}

async function answerOf(client: Client, socket: Socket, toHead: boolean): Promise<UndiciAnswer> {
  const body: Buffer[] = []
  let status = 0
  return new Promise((resolve) => {
    const settle = (done: boolean): void => {
      resolve({ done, status, body: Buffer.concat(body).toString('hex'), keepAlive: done && !socket.destroyed })
    }
    client.dispatch(
      { path: '/', method: toHead ? 'HEAD' : 'GET', reset: false },
      {
        onRequestStart: () => {},
        onResponseStart: (_, code) => {
          status = code
        },
        onResponseData: (_, chunk) => body.push(Buffer.from(chunk)),
        onResponseEnd: () => {
          queueMicrotask(() => settle(true))
        },
        onResponseError: () => settle(false),
      },
    )
  })
}
