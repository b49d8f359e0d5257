/** Versions with a handshake, newest first: `initialize`, then `notifications/initialized`. */
export const LEGACY_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const

/** Versions without one: every request says in its `_meta` what it speaks. Newest first. */
export const MODERN_VERSIONS = ['2026-07-28'] as const

export const MCP_VERSIONS: readonly ((typeof MODERN_VERSIONS)[number] | (typeof LEGACY_VERSIONS)[number])[] = [
  ...MODERN_VERSIONS,
  ...LEGACY_VERSIONS,
]

export type McpVersion = (typeof MCP_VERSIONS)[number]

/** Whether a connection begins with a handshake (`legacy`), or every request stands for itself (`modern`). */
export type Era = 'legacy' | 'modern'

export function eraOf(version: McpVersion): Era {
  return MODERN_VERSIONS.some((modern) => modern === version) ? 'modern' : 'legacy'
}

/** The version a server named, if it is one that is spoken here. */
export function knownVersion(name: unknown): McpVersion | undefined {
  return MCP_VERSIONS.find((version) => version === name)
}
