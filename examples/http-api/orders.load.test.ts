import { describeLoad, expect, loadTest } from 'describe-load/vitest'

// describe-load starts the server on a free port before the load, and stops it afterwards.
const target = {
  command: ['node', 'server.ts'],
  cwd: import.meta.dirname,
  url: 'http://127.0.0.1:{port}',
  readyUrl: 'http://127.0.0.1:{port}/orders/1',
}

describeLoad('orders API', { target }, () => {
  loadTest(
    'serves reads and writes',
    {
      rate: 100,
      // Keeps the example short. A proof needs 10 s or more: until then, a verdict says to which side it leans.
      duration: '1s',
      workload: {
        read: { path: '/orders/1', weight: 3 },
        write: { method: 'POST', path: '/orders', body: '{"item":"coffee"}', ok: [[201, 201]], weight: 1 },
        unknown: { path: '/orders/0', ok: [[404, 404]], weight: 1 },
      },
    },
    ({ result }) => {
      expect(result).toHaveNoErrors()
      expect(result).toSustainRps(100)
      expect(result.operations.read).toHaveP95Below(200) // ms
      expect(Object.keys(result.statuses)).toEqual(['200', '201', '404'])
    },
  )
})
