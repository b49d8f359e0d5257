import type { Protocol, ProtocolKind, ProtocolSpec } from '../model/protocol.ts'
import { httpKind } from './http/index.ts'
import { mcpKind } from './mcp/index.ts'
import { tcpKind } from './tcp/index.ts'
import { websocketKind } from './websocket/index.ts'

/** Every shipped protocol: a new one is its folder and a line here. Their requests differ; each reads its own only. */
const kinds = [httpKind, mcpKind, tcpKind, websocketKind] as unknown as readonly ProtocolKind<unknown>[]

/** The names a plan's `protocol` may have. */
export const PROTOCOL_NAMES: readonly string[] = kinds.map(({ kind }) => kind)

/** Every scheme that stands for a protocol. */
export const SCHEMES: readonly string[] = kinds.flatMap(({ schemes }) => Object.keys(schemes))

export function protocolKind(name: string): ProtocolKind<unknown> | undefined {
  return kinds.find(({ kind }) => kind === name)
}

/** The protocol with its options. Throws `TypeError` for a name that none has. */
export function protocolFrom(spec: ProtocolSpec): Protocol<unknown> {
  const kind = protocolKind(spec.kind)
  if (kind === undefined) throw new TypeError(`no protocol is called '${spec.kind}'`)
  return kind.create(spec)
}

/** The protocol that a target's scheme stands for; undefined for a scheme that none speaks. */
export function protocolNameOf(url: URL): string | undefined {
  return kinds.find(({ schemes }) => url.protocol in schemes)?.kind
}

/** The port of a target, written or meant; undefined where neither. */
export function portOf(url: URL): number | undefined {
  if (url.port !== '') return Number(url.port)
  return kinds.find(({ schemes }) => url.protocol in schemes)?.schemes[url.protocol]
}
