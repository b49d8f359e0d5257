import { afterAll } from 'vitest'
import { startFixture } from '../../fixtures/index.ts'
import { limitsSuite } from '../../src/vitest.ts'

/** Four servers of 10 ms each: 400 req/s, which the suite must find on the embedded target. */
const embedded = { servers: 4, serviceMs: 10 }
let stop = async (): Promise<void> => {}

limitsSuite({
  name: 'limits',
  target: async () => {
    const fixture = await startFixture('capacity', embedded)
    stop = () => fixture.stop()
    return fixture.url
  },
})

afterAll(() => stop())
