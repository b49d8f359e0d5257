import type { ConnectContext, Connection } from '../../model/protocol.ts'
import type { SinkRequest } from './answer-sink.ts'
import type { RawServer } from './raw-server.fixture.ts'

/** Permitted differences between the HTTP implementations. */
export interface Differences {
  /** undici rejects an unexpected interim 100; by RFC 9110 (15.2) clients skip it. */
  readonly refusesContinue: boolean
  /** undici treats a reset as the end of a body without a length, although the body may be incomplete. */
  readonly takesResetForEnd: boolean
  /** undici does not report where a chunk ends, so each received piece counts as a chunk. */
  readonly splitsChunks: boolean
}

export type Connect = (target: URL, context: ConnectContext) => Promise<Connection<SinkRequest>>

export interface HttpSubject {
  readonly connect: Connect
  readonly open: (server: RawServer, some?: Partial<ConnectContext>) => Promise<Connection<SinkRequest>>
  readonly differs: Differences
}
