import { expect, loadTest } from 'describe-load/vitest'
import { afterAll } from 'vitest'
import { startServer } from './server.ts'

const server = await startServer()
afterAll(() => server.close())
const target = `udp://127.0.0.1:${server.address().port}`
const protocol = new URL('./udp.ts', import.meta.url) // runs in the generator threads

loadTest(
  'answers datagrams',
  { target, protocol, rate: 100, duration: '30s', request: { text: 'hi' } },
  ({ result }) => {
    expect(result).toHaveNoErrors()
    expect(result).toHaveP95Below(200) // ms
  },
)
