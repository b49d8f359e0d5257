import { afterAll } from 'vitest'
import { startFixture } from '../../fixtures/index.ts'
import { mcpStressSuite } from '../../src/vitest.ts'
import { shortened } from '../durations.ts'

let stop = async (): Promise<void> => {}

mcpStressSuite({
  target: async () => {
    const fixture = await startFixture('mcp', {})
    stop = () => fixture.stop()
    return fixture.url
  },
  equalIds: true,
  ...(shortened && { phaseMs: 1_000, idleMs: 800 }),
})

afterAll(() => stop())
