import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import type { EarlyServer } from './early-server.fixture.ts'
import { countedBody } from './generated-body.builder.ts'
import { httpProtocol } from './index.ts'
import { ask, contextFor } from './raw-server.fixture.ts'
import { TRUSTING } from './tls-servers.fixture.ts'

const BODY_BYTES = 8 * 1024 * 1024

async function startServer(kind: EarlyServer): Promise<URL> {
  const worker = new Worker(new URL('early-server.fixture.ts', import.meta.url), { workerData: kind })
  onTestFinished(async () => {
    await worker.terminate()
  })
  const [port] = (await once(worker, 'message')) as [number]
  return new URL(`${kind.version === 'HTTP/1.1' ? 'http' : 'https'}://127.0.0.1:${port}`)
}

test.each<EarlyServer>([
  { version: 'HTTP/1.1', end: 'close' },
  { version: 'HTTP/1.1', end: 'reset' },
  { version: 'HTTP/1.1 over TLS', end: 'close' },
  { version: 'HTTP/2', end: 'close' },
])('reads the response that refuses a large body, with $version and $end', async (kind) => {
  const url = await startServer(kind)
  for (let i = 0; i < 20; i++) {
    const connection = await httpProtocol.connect(url, contextFor(TRUSTING))
    // Bytes are passed on as a whole, a generated body in chunks.
    const body = i % 2 === 0 ? new Uint8Array(BODY_BYTES) : countedBody(BODY_BYTES)
    const outcome = await ask(connection, { method: 'POST', body })
    expect(outcome).toMatchObject({ ok: false, errorClass: 'http-4xx', status: 413 })
    connection.destroy()
  }
})
