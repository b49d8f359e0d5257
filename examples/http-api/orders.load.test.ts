import { describeLoad, expect, loadTest } from 'describe-load/vitest'

// describe-load starts the server on a free port before the load, and stops it afterwards.
const target = { command: ['node', 'server.ts'], cwd: import.meta.dirname, url: 'http://127.0.0.1:{port}' }

describeLoad('orders API', { target, rate: 100, duration: '30s' }, () => {
  const read = { path: '/orders/1', weight: 3 }
  const write = { method: 'POST', path: '/orders', body: { item: 'coffee' }, weight: 1 }
  const unknown = { path: '/orders/0', ok: [[404, 404]], weight: 1 } as const

  loadTest('serves reads and writes', { workload: { read, write, unknown } }, ({ result }) => {
    expect(result).toHaveNoErrors()
    expect(result).toHaveP95Below(200) // ms
  })
})
