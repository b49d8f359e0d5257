import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import type { HttpSubject } from './http-subject.conformance.ts'
import { ask, HELLO, rawServer, socketServer } from './raw-server.fixture.ts'
import type { RawServer } from './raw-server.fixture.ts'

const MIB = 1024 * 1024
const BODY_BYTES = 100 * MIB
/** Well below the size of a body, well above the size of all buffers. Freed memory still counts for a while. */
const ALLOWED_BYTES = 60 * MIB

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Framing of the body: name, header, text before each piece, text after each piece, and text at the end. */
const LARGE: readonly (readonly [string, string, string, string, string])[] = [
  ['with a length', `content-length: ${BODY_BYTES}`, '', '', ''],
  ['in chunks', 'transfer-encoding: chunked', `${MIB.toString(16)}\r\n`, '\r\n', '0\r\n\r\n'],
]

function largeServer(header: string, before: string, after: string, end: string): Promise<RawServer> {
  const piece = Buffer.concat([Buffer.from(before), Buffer.alloc(MIB, 'x'), Buffer.from(after)])
  return rawServer((socket) => {
    void (async () => {
      socket.write(`HTTP/1.1 200 OK\r\n${header}\r\n\r\n`)
      for (let sent = 0; sent < BODY_BYTES; sent += MIB) if (!socket.write(piece)) await once(socket, 'drain')
      socket.write(end)
    })()
  })
}

/** Cases for bodies that the connection must not buffer. */
export function bodyCases({ open }: HttpSubject): void {
  describe('bodies of 100 MB', { timeout: 30_000 }, () => {
    test.each(LARGE)('are counted but not buffered when received %s', async (_, header, before, after, end) => {
      const connection = await open(await largeServer(header, before, after, end))
      const { result, grownBytes } = await watchingMemory(() => ask(connection))
      expect(result).toMatchObject({ ok: true })
      expect(result.bytesReceived).toBeGreaterThan(BODY_BYTES)
      expect(grownBytes).toBeLessThan(ALLOWED_BYTES)
    })

    test.each(LARGE)('fail a check and are not buffered when received %s', async (_, header, before, after, end) => {
      const connection = await open(await largeServer(header, before, after, end))
      const { result, grownBytes } = await watchingMemory(() => ask(connection, { check: { bodyIncludes: 'y' } }))
      expect(result).toMatchObject({
        ok: false,
        errorClass: 'check',
        message: 'the body is larger than 8388608 bytes, the limit of `check`',
      })
      expect(grownBytes).toBeLessThan(ALLOWED_BYTES)
      expect(connection.usable).toBe(true)
    })

    test('are sent without a copy while the server reads them', async () => {
      let received = 0
      const server = await socketServer((socket) => {
        // Reads nothing for a while, so that the client would have to copy the body to proceed.
        setTimeout(() => socket.on('data', take), 50)
        const take = (bytes: Buffer): void => {
          received += bytes.length
          if (received > BODY_BYTES) socket.write(HELLO)
        }
      })
      const connection = await open(server)
      const body = new Uint8Array(BODY_BYTES)
      const { result, grownBytes } = await watchingMemory(() => ask(connection, { method: 'POST', body }))
      expect(result).toMatchObject({ ok: true })
      expect(result.bytesSent).toBeGreaterThan(BODY_BYTES)
      expect(grownBytes).toBeLessThan(ALLOWED_BYTES)
    })
  })
}

/** Runs `work` and measures the maximum growth of the heap and of external buffers. */
async function watchingMemory<T>(work: () => Promise<T>): Promise<{ result: T; grownBytes: number }> {
  const before = heldBytes()
  let highest = before
  const done = new AbortController()
  const watching = (async () => {
    while (!done.signal.aborted) {
      highest = Math.max(highest, heldBytes())
      await delay(40)
    }
  })()
  const result = await work()
  done.abort()
  await watching
  return { result, grownBytes: highest - before }
}

function heldBytes(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
