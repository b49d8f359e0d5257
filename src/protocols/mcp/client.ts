import type { McpVersion } from './versions.ts'

/** Name and version of this client. A test checks that the version equals the one in `package.json`. */
export const CLIENT_INFO = { name: 'describe-load', version: '0.1.0' } as const

/** Returns the `_meta` of every request in the modern era, which has no handshake to send this data in. */
export function clientMeta(version: McpVersion): Readonly<Record<string, unknown>> {
  return {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientInfo': CLIENT_INFO,
    'io.modelcontextprotocol/clientCapabilities': {},
  }
}
