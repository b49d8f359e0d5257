import type { Protocol, ProtocolKind, ProtocolSpec } from '../model/protocol.ts'
import { withScheme } from '../model/target.ts'
import * as builders from './registry.ts'

type Registered = (typeof builders)[keyof typeof builders]['protocol']

/** The name of a protocol. */
export type ProtocolName = Registered['kind']

/** The requests of each shipped protocol, by its name. */
export type Requests = {
  readonly [Kind in Registered as Kind['kind']]: Kind extends ProtocolKind<infer Request> ? Request : never
}

/** A request of any shipped protocol. */
export type PlanRequest = Requests[ProtocolName]

/** Every shipped protocol; a new one is a folder and a line in `registry.ts`. */
const kinds = Object.values(builders).map(({ protocol }) => protocol) as unknown as readonly Shipped[]

/** Each protocol reads only its own type of requests. */
type Shipped = ProtocolKind<unknown, ProtocolName>

/** Names that a plan's `protocol` accepts. */
export const PROTOCOL_NAMES: readonly ProtocolName[] = kinds.map(({ kind }) => kind)

/** Every URL scheme that selects a protocol. */
export const SCHEMES: readonly string[] = kinds.flatMap(({ schemes }) => Object.keys(schemes))

export function protocolKind(name: string): ProtocolKind<unknown> | undefined {
  return kinds.find(({ kind }) => kind === name)
}

/** Creates the protocol with its options. Throws a `TypeError` when no protocol has this name. */
export function protocolFrom(spec: ProtocolSpec): Protocol<unknown> {
  const kind = protocolKind(spec.kind)
  if (kind === undefined) throw new TypeError(`no protocol is called '${spec.kind}'`)
  return kind.create(spec)
}

/** Returns the name of the protocol that uses the target's scheme; undefined when no protocol uses it. */
export function protocolNameOf(url: URL): ProtocolName | undefined {
  return kinds.find(({ schemes }) => url.protocol in schemes)?.kind
}

/** Returns the schemes of a protocol, the usual one first; without a name, those of the default protocol. */
export function schemesOf(protocol: string | undefined): readonly string[] {
  return Object.keys((kinds.find(({ kind }) => kind === protocol) ?? kinds[0])?.schemes ?? {})
}

/**
 * Returns a target as a URL of the protocol: `localhost:3000` gets the protocol's usual scheme, and a related scheme is
 * replaced by the protocol's own, such as `http:` by `mcp+http:`. `protocol` is undefined if the plan names none.
 */
export function targetFor(target: string, protocol: string | undefined): string {
  const others = protocol === undefined ? undefined : protocolKind(protocol)?.otherSchemes
  return withScheme(target, schemesOf(protocol)[0] ?? '').replace(
    /^[a-z+]+:/i,
    (scheme) => others?.[scheme.toLowerCase()] ?? scheme,
  )
}

/** Returns the port in the URL, or else the scheme's default port; undefined when there is neither. */
export function portOf(url: URL): number | undefined {
  if (url.port !== '') return Number(url.port)
  return kinds.find(({ schemes }) => url.protocol in schemes)?.schemes[url.protocol]
}
