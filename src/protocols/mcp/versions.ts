/** Versions with a handshake (`initialize`, then `notifications/initialized`), newest first. */
export const LEGACY_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const

/** Versions without a handshake, where every request names its version in `_meta`; newest first. */
export const MODERN_VERSIONS = ['2026-07-28'] as const

export const MCP_VERSIONS: readonly ((typeof MODERN_VERSIONS)[number] | (typeof LEGACY_VERSIONS)[number])[] = [
  ...MODERN_VERSIONS,
  ...LEGACY_VERSIONS,
]

export type McpVersion = (typeof MCP_VERSIONS)[number]

/** Whether a connection begins with a handshake (`legacy`) or every request is self-contained (`modern`). */
export type Era = 'legacy' | 'modern'

export function eraOf(version: McpVersion): Era {
  return MODERN_VERSIONS.some((modern) => modern === version) ? 'modern' : 'legacy'
}

/** Returns the version that a server named; undefined when it is not supported here. */
export function knownVersion(name: unknown): McpVersion | undefined {
  return MCP_VERSIONS.find((version) => version === name)
}

/** Returns whether one message may carry several requests: only 2025-03-26 has JSON-RPC batches. */
export function hasBatches(version: string): boolean {
  return version === '2025-03-26'
}
