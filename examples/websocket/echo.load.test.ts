import { expect, loadTest } from 'describe-load/vitest'

const target = { command: ['node', 'server.ts'], cwd: import.meta.dirname, url: 'ws://127.0.0.1:{port}/echo' }
const request = { data: 'hello {{sequence}}', check: { bodyIncludes: 'hello' } }

loadTest('echoes', { target, rate: 100, duration: '30s', connection: 'long-lived', request }, ({ result }) => {
  expect(result).toHaveNoErrors()
  expect(result).toHaveP95Below(200) // ms
})
