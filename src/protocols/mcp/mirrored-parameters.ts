import { CarriedBody } from './carried-body.ts'
import { clientMeta } from './client.ts'
import type { Dialogue } from './dialogue.ts'
import { call } from './handshake.ts'
import { isObject } from './json-rpc.ts'
import type { McpVersion } from './versions.ts'

/** An argument that a server over HTTP wants to see in a header too, so that what stands before it can route by it. */
interface MirroredParameter {
  readonly header: string
  /** Where it stands in the arguments. */
  readonly path: readonly string[]
}

/** By tool; of 2026-07-28, "Schema Extension" of Streamable HTTP. */
export type MirroredParameters = Readonly<Record<string, readonly MirroredParameter[]>>

/** Lists of tools come in pages; one that never ends is not followed further. */
const MOST_PAGES = 100

/** What the server's tools want mirrored; undefined when none does. Rejects with a `ConnectError`. */
export async function listMirrored(
  dialogue: Dialogue,
  place: string,
  signal: AbortSignal,
  version: McpVersion,
): Promise<MirroredParameters | undefined> {
  const mirrored: Record<string, readonly MirroredParameter[]> = {}
  let cursor: unknown
  for (let page = 0; page < MOST_PAGES; page++) {
    const params = { ...(cursor !== undefined && { cursor }), _meta: clientMeta(version) }
    const { result } = await call(dialogue, place, signal, 'tools/list', params)
    // A server without tools need not know the method.
    if (!isObject(result) || !Array.isArray(result['tools'])) break
    for (const tool of result['tools'] as readonly unknown[]) {
      const { name, inputSchema } = isObject(tool) ? tool : {}
      const declared = declaredIn(inputSchema, [])
      if (typeof name === 'string' && declared.length > 0) mirrored[name] = declared
    }
    cursor = result['nextCursor']
    if (typeof cursor !== 'string') break
  }
  return Object.keys(mirrored).length === 0 ? undefined : mirrored
}

/** Only what is reached through `properties` alone counts. */
function declaredIn(schema: unknown, path: readonly string[]): readonly MirroredParameter[] {
  if (!isObject(schema)) return []
  const name = schema['x-mcp-header']
  const own = typeof name === 'string' && path.length > 0 ? [{ header: `Mcp-Param-${name}`, path }] : []
  const { properties } = schema
  if (!isObject(properties)) return own
  return [...own, ...Object.entries(properties).flatMap(([key, inner]) => declaredIn(inner, [...path, key]))]
}

/** The headers of a call with these arguments: names, and values before they are encoded. */
export function mirroredValues(
  wanted: readonly MirroredParameter[],
  given: unknown,
): Readonly<Record<string, string>> | undefined {
  const headers: Record<string, string> = {}
  for (const { header, path } of wanted) {
    let value = given
    for (const key of path) value = isObject(value) ? value[key] : undefined
    if (value instanceof CarriedBody) value = value.toJSON()
    if (['string', 'number', 'boolean'].includes(typeof value)) headers[header] = String(value)
  }
  return Object.keys(headers).length === 0 ? undefined : headers
}
