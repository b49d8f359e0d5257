import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, test } from 'vitest'
import { type Fixture, startFixture } from '../../../fixtures/index.ts'
import type { WorkOptions } from '../../../fixtures/work.ts'
import type { Protocol } from '../../model/protocol.ts'
import type { AnyRequest } from '../../model/requests.ts'
import { PROTOCOL_NAMES, protocolFrom } from '../index.ts'
import { type ConformanceServer, protocolConformance } from './index.ts'

/** Every protocol that an embedded target supports, and the transports of MCP that `mcp/conformance.test.ts` omits. */
const SUPPORTED: readonly WorkOptions[] = [
  ...PROTOCOL_NAMES.map((kind) => protocolFrom({ kind }))
    .filter(({ work }) => work !== undefined)
    .map(({ name }) => ({ protocol: name }) as WorkOptions),
  { protocol: 'mcp', transport: 'websocket' },
]

/** Names of the cases that stop their server; the others share one. */
const STOPS_SERVER = /the server has stopped|no server is listening/

describe.each(SUPPORTED)('%j', (target) => {
  const protocol = protocolFrom({ kind: target.protocol }) as Protocol<AnyRequest>
  const request = protocol.work?.echo('hello, everyone', 'text')

  let shared: Promise<Fixture<'work'>> | undefined
  let stopsServer = false

  async function start(): Promise<ConformanceServer> {
    if (stopsServer) {
      const fixture = await startFixture('work', target)
      return { url: fixture.url, stop: () => fixture.stop() }
    }
    shared ??= startFixture('work', target)
    return { url: (await shared).url, stop() {} }
  }

  afterAll(async () => (await shared)?.stop())

  it.each(protocolConformance(protocol, { start, ...(request && { request }) }))('$name', async ({ name, run }) => {
    stopsServer = STOPS_SERVER.test(name)
    await run()
  })
})

test.each(PROTOCOL_NAMES.filter((kind) => protocolFrom({ kind }).work === undefined))(
  '%s, which no embedded target supports, runs the conformance tests in its own folder',
  (name) => {
    const folder = join(import.meta.dirname, '..', name)
    const files = globSync('**/*.test.ts', { cwd: folder })
    expect(files.some((file) => readFileSync(join(folder, file), 'utf8').includes('protocolConformance('))).toBe(true)
  },
)
