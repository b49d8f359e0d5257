import { expect, loadTest } from 'describe-load/vitest'

const target = { command: ['node', 'server.ts'], cwd: import.meta.dirname, url: 'http://127.0.0.1:{port}' }
const request = { path: '/events', stream: 'sse' } as const

loadTest('streams events', { target, rate: 50, duration: '30s', request }, ({ result }) => {
  expect(result).toHaveNoErrors()
  expect(result).toHaveP95Below(500) // ms, until the last event
})
