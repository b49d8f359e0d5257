import type { ProtocolKind, ProtocolSpec } from '../model/protocol.ts'

/** The function that users call to select a protocol with options, with the registration of that protocol. */
export interface ProtocolBuilder<Options, Request, Name extends string> {
  (options?: Options): ProtocolSpec<Name>
  readonly protocol: ProtocolKind<Request, Name>
}

export function builderOf<Options extends object, Request, Name extends string>(
  kind: ProtocolKind<Request, Name>,
): ProtocolBuilder<Options, Request, Name> {
  return Object.assign((options?: Options): ProtocolSpec<Name> => ({ ...options, kind: kind.kind }), { protocol: kind })
}
