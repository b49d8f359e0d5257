import { HTTP_TOKEN } from '../../model/header-readers.ts'
import { ownValue } from '../../model/own-value.ts'
import type { MirroredParameter, MirroredParameters } from './channel.ts'
import { CarriedBody } from './carried-body.ts'
import { clientMeta } from './client.ts'
import type { Dialogue } from './dialogue.ts'
import { call } from './handshake.ts'
import { isObject } from './json-rpc.ts'
import type { McpVersion } from './versions.ts'

/** Maximum number of pages to read from a list of tools, in case the list never ends. */
const MAX_PAGES = 100
/** Maximum length of the name of a header. */
const MAX_NAME_LENGTH = 100

/** Resolves with the mirrored parameters of the server's tools, if there are any. Rejects with a `ConnectError`. */
export async function listMirrored(
  dialogue: Dialogue,
  place: string,
  signal: AbortSignal,
  version: McpVersion,
): Promise<MirroredParameters | undefined> {
  // A map, because a server may name a tool `constructor`.
  const mirrored = new Map<string, readonly MirroredParameter[]>()
  let cursor: unknown
  for (let page = 0; page < MAX_PAGES; page++) {
    const params = { ...(cursor !== undefined && { cursor }), _meta: clientMeta(version) }
    const { result } = await call(dialogue, place, signal, 'tools/list', params)
    // A server without tools may not implement the method.
    if (!isObject(result) || !Array.isArray(result['tools'])) break
    for (const tool of result['tools'] as readonly unknown[]) {
      const { name, inputSchema } = isObject(tool) ? tool : {}
      const declared = declaredIn(inputSchema, [])
      if (typeof name === 'string' && declared.length > 0) mirrored.set(name, declared)
    }
    cursor = result['nextCursor']
    if (typeof cursor !== 'string') break
  }
  return mirrored.size === 0 ? undefined : mirrored
}

/** Only parameters reached through nested `properties` count. */
function declaredIn(schema: unknown, path: readonly string[]): readonly MirroredParameter[] {
  if (!isObject(schema)) return []
  const name = schema['x-mcp-header']
  // With any other text, a server could break the head of a request.
  const isName = typeof name === 'string' && name.length <= MAX_NAME_LENGTH && HTTP_TOKEN.test(name)
  const own = isName && path.length > 0 ? [{ header: `Mcp-Param-${name}`, path }] : []
  const { properties } = schema
  if (!isObject(properties)) return own
  return [...own, ...Object.entries(properties).flatMap(([key, inner]) => declaredIn(inner, [...path, key]))]
}

/** Returns the headers of a call with these arguments, with values that are not encoded yet. */
export function mirroredValues(
  wanted: readonly MirroredParameter[],
  given: unknown,
): Readonly<Record<string, string>> | undefined {
  const headers: Record<string, string> = {}
  for (const { header, path } of wanted) {
    let value = given
    for (const key of path) value = isObject(value) ? ownValue(value, key) : undefined
    if (value instanceof CarriedBody) value = value.toJSON()
    if (['string', 'number', 'boolean'].includes(typeof value)) headers[header] = String(value)
  }
  return Object.keys(headers).length === 0 ? undefined : headers
}
