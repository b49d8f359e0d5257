import { describe, expect, test } from 'vitest'
import type { HttpRequest } from './request.ts'
import { openSocket } from '../sockets/open-socket.ts'
import { httpConformance } from './http.conformance.ts'
import { httpProtocol } from './index.ts'
import { ask, contextFor, HELLO, rawServer } from './raw-server.fixture.ts'
import { connectSocket, overSocket } from './socket-connection.ts'

describe('HTTP over a plain socket', () => {
  httpConformance(connectSocket)
})

describe('HTTP over a socket that passes its bytes on, as one with TLS does', () => {
  httpConformance(async (target, context) =>
    overSocket(await openSocket(target, context, { secure: false }), target, context, 1),
  )
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
