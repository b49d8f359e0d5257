import { expect, loadTest } from 'describe-load/vitest'

const target = { command: ['node', 'server.ts'], cwd: import.meta.dirname, url: 'http://127.0.0.1:{port}' }

loadTest('keeps its memory', { target, rate: 20, duration: '10m' }, ({ result }) => {
  expect(result).toHaveNoErrors()
  expect(result).toHaveP95Below(200) // ms
  expect(result).toHaveNoMemoryGrowth()
  expect(result).toStayBelowMemory(300) // MB
})
