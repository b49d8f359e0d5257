import { expect, loadTest } from 'describe-load/vitest'

const target = { command: ['node', 'server.ts'], cwd: import.meta.dirname, url: 'http://127.0.0.1:{port}' }
const bytes = 5_000_000
const request = { method: 'PUT', path: '/files/{{sequence}}', check: { json: { path: 'bytes', equals: bytes } } }

// The body is generated while it is sent. To send a file: request: { …, body: readFileSync('photo.jpg') }
loadTest('stores 5 MB', { target, rate: 5, duration: '30s', request, messageSize: bytes }, ({ result }) => {
  expect(result).toHaveNoErrors()
  expect(result).toHaveP95Below(2_000) // ms
})
