import { afterAll } from 'vitest'
import { startFixture } from '../fixtures/index.ts'
import type { SuiteTargets } from '../src/vitest.ts'

const PROTOCOLS = ['http', 'websocket', 'tcp', 'mcp'] as const

/**
 * Returns the embedded target of each protocol. Each starts in a separate process when it is first used, and ends with
 * the test file.
 */
export function workTargets(): SuiteTargets {
  const started = new Map<string, ReturnType<typeof startFixture<'work'>>>()
  afterAll(async () => {
    for (const fixture of started.values()) await (await fixture).stop()
  })
  const target = (protocol: (typeof PROTOCOLS)[number]) => async (): Promise<string> => {
    const fixture = started.get(protocol) ?? startFixture('work', { protocol })
    started.set(protocol, fixture)
    return (await fixture).url
  }
  return Object.fromEntries(PROTOCOLS.map((protocol) => [protocol, target(protocol)]))
}
