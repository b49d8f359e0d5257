import { describe, test } from 'vitest'
import type { Protocol } from '../../model/protocol.ts'
import type { AnyRequest } from '../../model/requests.ts'
import { protocolConformance } from '../conformance/index.ts'
import { mcp, mcpKind } from './index.ts'
import { echoed, legacyServer } from './mcp.fixture.ts'
import type { Behaviour, ScriptedServer } from './mcp.fixture.ts'

/** A server that never answers calls of the tool `slow`. */
const behaviour: Behaviour = (message, say) => {
  if (message.method === 'ping') say({ jsonrpc: '2.0', id: message.id, result: {} })
  else if (message.params?.['name'] === 'echo') say(echoed(message))
}

async function start(): Promise<ScriptedServer> {
  return legacyServer(behaviour)
}

describe.each(['auto', '2025-06-18'] as const)('protocol conformance over TCP, version %s', (protocolVersion) => {
  const protocol = mcpKind.create(mcp({ protocolVersion })) as unknown as Protocol<AnyRequest>
  const request = { tool: 'echo', arguments: { message: 'hi' } }
  test.each(protocolConformance(protocol, { start, request, slowRequest: { tool: 'slow' } }))('$name', ({ run }) =>
    run(),
  )
})
