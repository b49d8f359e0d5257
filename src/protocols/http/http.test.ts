import { describe, expect, test } from 'vitest'
import type { HttpRequest } from './request.ts'
import { openSocket } from '../sockets/open-socket.ts'
import type { Connect } from './http-subject.conformance.ts'
import { httpConformance } from './http.conformance.ts'
import { httpProtocol } from './index.ts'
import { ask, contextFor, HELLO, rawServer } from './raw-server.fixture.ts'
import { connectSocket } from './socket-connection.ts'
import { connectUndici } from './undici-connection.ts'

describe('HTTP over a plain socket', () => {
  httpConformance(connectSocket, { refusesContinue: false, takesResetForEnd: false, splitsChunks: false })
})

describe('HTTP with undici', () => {
  const connect: Connect = async (target, context) =>
    connectUndici(await openSocket(target, context, { secure: false }), target, context)
  httpConformance(connect, { refusesContinue: true, takesResetForEnd: true, splitsChunks: true })
})

test('connects to the checked address, whatever the name resolves to', async () => {
  const server = await rawServer(HELLO)
  const { port } = server.url
  const named = new URL(`http://no-such-host.invalid:${port}/`)
  const connection = await httpProtocol.connect(named, { ...contextFor(), address: '127.0.0.1' })
  expect(await ask(connection)).toMatchObject({ ok: true })
  expect(server.requests[0]).toContain(`no-such-host.invalid:${port}`)
  connection.destroy()
})

test.each<[HttpRequest, boolean]>([
  [{}, false],
  [{ check: { status: 200 } }, false],
  [{ check: () => true }, true],
  [{ method: 'POST', body: 'x' }, false],
  [{ method: 'POST', body: new Uint8Array(1) }, false],
  [{ method: 'POST', body: { length: 1, chunks: () => [] } }, true],
])('%j must run inline: %j', (request, inline) => {
  expect(httpProtocol.needsInline?.(request)).toBe(inline)
})
