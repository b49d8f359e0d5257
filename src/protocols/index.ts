import type { Protocol } from '../model/protocol.ts'
import type { HttpRequest } from '../model/requests.ts'
import { http } from './http/index.ts'

/** Every shipped protocol under its name. */
export const protocols: Readonly<Record<string, Protocol<HttpRequest>>> = { http }

const PROTOCOL_OF_SCHEME: Readonly<Record<string, string>> = { 'http:': 'http', 'https:': 'http' }

/** The protocol that a target's scheme stands for; undefined for a scheme that none speaks. */
export function protocolNameOf(url: URL): string | undefined {
  return PROTOCOL_OF_SCHEME[url.protocol]
}
