import { describeLoad, expect, loadTest } from 'describe-load/vitest'

// describe-load starts the server on a free port before the load, and stops it afterwards.
const target = {
  command: ['node', 'server.ts'],
  cwd: import.meta.dirname,
  url: 'http://127.0.0.1:{port}',
  readyUrl: 'http://127.0.0.1:{port}/orders/1',
}

// 1 s keeps the example short. A proof needs 10 s or more: until then, a verdict says to which side it leans.
describeLoad('orders API', { target, rate: 100, duration: '1s' }, () => {
  loadTest(
    'serves reads and writes',
    {
      workload: {
        read: { path: '/orders/1', weight: 4 },
        write: { method: 'POST', path: '/orders', body: '{"item":"coffee"}', ok: [[201, 201]], weight: 1 },
      },
    },
    ({ result }) => {
      expect(result).toHaveNoErrors()
      expect(result).toSustainRps(100)
      expect(result.operations.read).toHaveP95Below(200) // ms
    },
  )

  loadTest('answers 404 to an unknown order', { request: { path: '/orders/0', ok: [[404, 404]] } }, ({ result }) => {
    expect(result).toHaveNoErrors()
    expect(result.statuses).toEqual({ 404: 100 }) // 1 s at 100 requests per second
  })
})
