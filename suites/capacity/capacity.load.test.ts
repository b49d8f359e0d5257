import { afterAll } from 'vitest'
import { startFixture } from '../../fixtures/index.ts'
import { capacitySuite } from '../../src/vitest.ts'
import { shortened } from '../durations.ts'

/** Eight servers of 10 ms each: 800 req/s, which is 1 600 users with 30 requests per minute each. */
const embedded = { servers: 8, serviceMs: 10 }
let stop = async (): Promise<void> => {}

capacitySuite({
  target: async () => {
    const fixture = await startFixture('capacity', embedded)
    stop = () => fixture.stop()
    return fixture.url
  },
  ...(shortened && { phaseMs: 1_600 }),
})

afterAll(() => stop())
