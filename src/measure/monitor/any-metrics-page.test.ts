import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { watchMetrics } from './watch-metrics.ts'

let server: Server
let page: Uint8Array

beforeAll(async () => {
  server = createServer((_, response) => response.end(page)).listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** Pages that once gave a figure that is no number, or that look like a page and are not. */
const KNOWN: readonly string[] = [
  'process_open_fds 1e308\nprocess_open_fds{a="b"} 1e308',
  'process_open_fds -5\nprocess_threads +Inf',
  'nodejs_eventloop_lag_seconds 1e308',
  'nodejs_eventloop_lag_seconds 1\n'.repeat(250_000),
  'nodejs_active_resources{__proto__="x",type="TCPSocketWrap"} 3',
  `process_threads{${'a="\\\\",'.repeat(10_000)}} 1`,
  'process_threads 0x10 \0',
  '\ufeffprocess_threads 1\r\u2028process_open_fds 2',
]

/** Any bytes, lines that begin like those of a page, and pages with a damaged byte. */
const pages: fc.Arbitrary<Uint8Array> = (() => {
  const name = fc.constantFrom(
    'process_threads',
    'process_open_fds',
    'nodejs_active_resources',
    'constructor',
    '# HELP',
  )
  const label = fc
    .tuple(fc.constantFrom('type', '__proto__', 'a'), fc.string())
    .map(([key, text]) => `${key}="${text}"`)
  const labels = fc.array(label, { maxLength: 3 }).map((all) => (all.length === 0 ? '' : `{${all.join(',')}}`))
  const value = fc.oneof(fc.double().map(String), fc.constantFrom('+Inf', '-Inf', 'NaN', '', '1e999'), fc.string())
  const line = fc.tuple(name, labels, value).map(([key, of, text]) => `${key}${of} ${text}\n`)
  const whole = fc.array(line).map((lines) => Buffer.from(lines.join('')))
  const damaged = fc.tuple(whole, fc.nat(), fc.nat(255)).map(([bytes, at, byte]) => {
    const copy = Buffer.from(bytes)
    if (copy.length > 0) copy[at % copy.length] = byte
    return copy
  })
  return fc.oneof(fc.uint8Array({ maxLength: 500 }), whole, damaged)
})()

test('a sample of any metrics page has only figures of 0 or more, or no figures', { timeout: 30_000 }, async () => {
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`)
  await fc.assert(
    fc.asyncProperty(pages, async (bytes) => {
      page = bytes
      const watch = watchMetrics({ url, addresses: [{ address: '127.0.0.1', family: 4 }] })
      const sample = await watch.sample()
      watch.stop()
      expect(sample === undefined).toBe(watch.unwatched !== undefined)
      for (const [name, figure] of Object.entries(sample ?? {})) {
        expect(figure === null || (Number.isFinite(figure) && figure >= 0), `${name}: ${figure}`).toBe(true)
      }
    }),
    { numRuns: 200, examples: KNOWN.map((text) => [Buffer.from(text)] as [Uint8Array]) },
  )
})
