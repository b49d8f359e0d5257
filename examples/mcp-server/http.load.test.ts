import { expect, loadTest } from 'describe-load/vitest'

const target = { command: ['node', 'http.ts'], cwd: import.meta.dirname, url: 'mcp+http://127.0.0.1:{port}/mcp' }
const request = { tool: 'add', arguments: { a: 2, b: 3 } }

loadTest('answers over HTTP', { target, rate: 50, duration: '30s', request }, ({ result }) => {
  expect(result).toHaveNoErrors()
  expect(result).toHaveP95Below(200) // ms
})
