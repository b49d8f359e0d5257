import { expect, loadTest } from 'describe-load/vitest'

const target = { command: ['node', 'server.ts'], cwd: import.meta.dirname, url: 'http://127.0.0.1:{port}' }
const request = {
  method: 'POST',
  path: '/graphql',
  body: { query: 'query ($id: ID!) { product(id: $id) { name } }', variables: { id: '1' } },
  check: { json: { path: 'errors', absent: true } }, // GraphQL reports errors with status 200
}

loadTest('finds a product', { target, rate: 100, duration: '30s', request }, ({ result }) => {
  expect(result).toHaveNoErrors()
  expect(result).toHaveP95Below(200) // ms
})
