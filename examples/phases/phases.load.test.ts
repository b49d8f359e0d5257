import { constant, expect, loadTest, rampUp, sequence } from 'describe-load/vitest'

const target = { command: ['node', 'server.ts'], cwd: import.meta.dirname, url: 'http://127.0.0.1:{port}' }
const pattern = sequence(
  rampUp({ name: 'up', to: 100, duration: '20s' }),
  constant({ name: 'hold', rate: 100, duration: '60s' }),
  rampUp({ name: 'down', from: 100, to: 0, duration: '20s' }),
)

loadTest('holds the peak', { target, pattern }, ({ result }) => {
  expect(result).toHaveNoErrors()
  expect(result.phases.hold).toHaveP95Below(200) // ms
})
