import { expect, loadTest } from 'describe-load/vitest'

const target = { command: ['node', 'server.ts'], cwd: import.meta.dirname, url: 'ws://127.0.0.1:{port}/prices' }
// Each message gets its own id. The response is the message with the same id, in any order.
const request = { data: '{"symbol":"ABC"}', correlate: 'id' } as const
const connections = { connection: 'long-lived', maxConnections: 20 } as const

loadTest('sends prices', { target, rate: 100, duration: '30s', request, ...connections }, ({ result }) => {
  expect(result).toHaveNoErrors()
  expect(result).toHaveP95Below(200) // ms
  expect(result.unsolicited).toBeGreaterThan(0) // the news, which no request asked for
})
