import { expect, loadTest } from 'describe-load/vitest'

const target = {
  command: ['node', 'server.ts'],
  cwd: import.meta.dirname,
  url: 'http://127.0.0.1:{port}',
  readyUrl: 'http://127.0.0.1:{port}/cart', // answers 401, so the server is ready
}

loadTest(
  'lets users log in and fill a cart',
  {
    target,
    rate: 20, // journeys per second
    duration: '1s',
    journey: new URL('./buy.ts', import.meta.url),
    feeds: { user: { file: new URL('./users.csv', import.meta.url) } },
  },
  ({ result }) => {
    expect(result).toHaveNoErrors()
    expect(result).toSustainRps(20)
    expect(result.operations['log in']).toHaveP95Below(200) // ms
    expect(result.operations['cart']?.successes).toBe(20) // every journey reached its last step
  },
)
