import type { ConnectContext, Connection } from '../../model/protocol.ts'
import type { SinkRequest } from './answer-sink.ts'
import type { RawServer } from './raw-server.fixture.ts'

export type Connect = (target: URL, context: ConnectContext) => Promise<Connection<SinkRequest>>

export interface HttpSubject {
  readonly connect: Connect
  readonly open: (server: RawServer, some?: Partial<ConnectContext>) => Promise<Connection<SinkRequest>>
}
