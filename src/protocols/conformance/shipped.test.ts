import { describe, it } from 'vitest'
import { startFixture } from '../../../fixtures/index.ts'
import type { WorkOptions } from '../../../fixtures/work.ts'
import type { Protocol } from '../../model/protocol.ts'
import type { AnyRequest } from '../../model/requests.ts'
import { protocolFrom } from '../index.ts'
import { type ConformanceServer, protocolConformance } from './index.ts'

/** Protocols that no test in their own folder covers, each with its embedded target. */
const SHIPPED: readonly (readonly [name: string, protocol: unknown, target: WorkOptions])[] = [
  ['HTTP', protocolFrom({ kind: 'http' }), { protocol: 'http' }],
  ['MCP over HTTP', protocolFrom({ kind: 'mcp' }), { protocol: 'mcp' }],
  ['MCP over WebSocket', protocolFrom({ kind: 'mcp' }), { protocol: 'mcp', transport: 'websocket' }],
]

describe.each(SHIPPED)('%s', (_, shipped, target) => {
  const protocol = shipped as Protocol<AnyRequest>
  const request = protocol.work?.echo('hello, everyone', 'text')

  async function start(): Promise<ConformanceServer> {
    const fixture = await startFixture('work', target)
    return { url: fixture.url, stop: () => fixture.stop() }
  }

  it.each(protocolConformance(protocol, { start, ...(request && { request }) }))('$name', ({ run }) => run())
})
