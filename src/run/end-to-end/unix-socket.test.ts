import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createSecureServer } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cert, key } from '../../protocols/http/localhost-certificate.fixture.ts'
import { runLoad } from '../index.ts'

const skipped = process.platform === 'win32'

/** Starts a server on a Unix socket in a temporary folder, and returns the path of the socket. */
async function startServer(listener: RequestListener, secure = false): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'describe-load-'))
  const server = secure ? createSecureServer({ cert, key }) : createServer()
  server.on('request', listener as never)
  const socketPath = join(folder, 'server.sock')
  server.listen(socketPath)
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })
  return socketPath
}

test.skipIf(skipped)('loads an HTTP server on a Unix socket', async () => {
  const heads: unknown[] = []
  const socketPath = await startServer(({ headers, url }, response) => {
    heads.push([headers.host, url])
    response.end('hello')
  })
  const result = await runLoad({
    target: { socketPath, url: 'http://app.example/api' },
    rate: 100,
    duration: '1s',
    maxConnections: 4,
    threads: 2,
    request: { path: '/cart', check: { bodyIncludes: 'hello' } },
  })
  expect(result.errorsByClass).toEqual({})
  expect(result).toMatchObject({ successes: 100, protocol: 'http', protocolVersion: 'HTTP/1.1' })
  expect(heads).toHaveLength(100)
  expect(new Set(heads.map(String))).toEqual(new Set(['app.example,/api/cart']))
  expect(result.target).toMatchObject({
    url: 'http://app.example/api',
    unwatched: 'the process behind a Unix socket was not looked for: name it with monitor: { pid }',
  })
})

test.skipIf(skipped)('speaks HTTP/2 over TLS on a Unix socket', async () => {
  const socketPath = await startServer((_, response) => void response.end('hello'), true)
  const target = { socketPath, url: 'https://localhost' }
  const result = await runLoad({ target, tls: { ca: cert }, rate: 100, duration: '500ms' })
  expect(result.errorsByClass).toEqual({})
  expect(result).toMatchObject({ successes: 50, protocolVersion: 'HTTP/2' })
})

test.skipIf(skipped)('rejects a socket without a server before any traffic', async () => {
  const target = { socketPath: join(tmpdir(), 'no-such.sock'), url: 'http://localhost' }
  await expect(runLoad({ target, rate: 1, duration: '1s' })).rejects.toMatchObject({
    code: 'ERR_LOAD_TARGET_UNREACHABLE',
    message: expect.stringContaining(`no server listens on the Unix socket ${target.socketPath} (connect ENOENT`),
  })
})
