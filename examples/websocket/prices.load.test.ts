import { expect, loadTest } from 'describe-load/vitest'

const target = { command: ['node', 'server.ts'], cwd: import.meta.dirname, url: 'ws://127.0.0.1:{port}' }

loadTest(
  'answers price requests while it pushes news',
  {
    target,
    rate: 100,
    duration: '1s',
    connection: 'long-lived',
    maxConnections: 20,
    // Each message gets its own id. The answer is the message with the same id, in any order.
    request: { data: '{"symbol":"ABC"}', correlate: 'id' },
  },
  ({ result }) => {
    expect(result).toHaveNoErrors()
    expect(result).toSustainRps(100)
    expect(result).toHaveP95Below(200) // ms
    expect(result.unsolicited).toBeGreaterThan(0) // the news, which no request asked for
  },
)
