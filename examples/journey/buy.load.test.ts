import { expect, loadTest } from 'describe-load/vitest'

const target = { command: ['node', 'server.ts'], cwd: import.meta.dirname, url: 'http://127.0.0.1:{port}' }
const journey = new URL('./buy.ts', import.meta.url)
const feeds = { user: { file: new URL('./users.csv', import.meta.url) } }

// 20 journeys per second.
loadTest('lets users log in and fill a cart', { target, rate: 20, duration: '30s', journey, feeds }, ({ result }) => {
  expect(result).toHaveNoErrors()
  expect(result).toSustainRps(20)
  expect(result.operations['log in']).toHaveP95Below(200) // ms
})
