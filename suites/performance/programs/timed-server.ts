/**
 * A server that responds after 10 ms and records how long each response took by its own clock, from the request to the
 * end of the response. Prints its URL; `GET /record` returns the median since the last call, in ms.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Histogram } from './measure.ts'

const SERVICE_MS = 10
let record = new Histogram()
const server = createServer((request, response) => {
  if (request.url === '/record') {
    response.end(String(record.p50Ms))
    record = new Histogram()
    return
  }
  const startMs = performance.now()
  setTimeout(() => {
    response.end('ok')
    record.add((performance.now() - startMs) * 1_000)
  }, SERVICE_MS)
})
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
