import { expect, loadTest } from 'describe-load/vitest'

const target = { command: ['node', 'server.js'], cwd: import.meta.dirname, url: 'http://127.0.0.1:{port}' }
const against = { ref: 'main' } // with dependencies: { ref: 'origin/main', prepare: ['npm', 'ci'] }

loadTest('prices the cart as fast as main', { target, against, rate: 40 }, ({ result, baseline }) => {
  expect(result).toBeNoSlowerThan(baseline, { tolerance: 0.1 })
})
