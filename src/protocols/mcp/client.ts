import type { McpVersion } from './versions.ts'

/** Who we say we are. The version is that of `package.json`, which a test holds it to. */
export const CLIENT_INFO = { name: 'describe-load', version: '0.1.0' } as const

/** What every request of the modern era carries in its `_meta`, there being no handshake to say it in. */
export function clientMeta(version: McpVersion): Readonly<Record<string, unknown>> {
  return {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientInfo': CLIENT_INFO,
    'io.modelcontextprotocol/clientCapabilities': {},
  }
}
