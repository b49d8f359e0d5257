import type { ConnectContext, Connection } from '../../model/protocol.ts'
import type { SinkRequest } from './answer-sink.ts'
import { bodyCases } from './bodies.conformance.ts'
import { breakageCases } from './breakage.conformance.ts'
import { generatedCases } from './generated.conformance.ts'
import { contextFor } from './raw-server.fixture.ts'
import type { RawServer } from './raw-server.fixture.ts'
import { requestCases } from './requests.conformance.ts'
import { responseCases } from './responses.conformance.ts'
import { streamCases } from './streams.conformance.ts'
import { tappedCases } from './tapped.conformance.ts'

/** Permitted differences between the HTTP implementations. */
export interface Differences {
  /** undici rejects an unexpected interim 100; by RFC 9110 (15.2) clients skip it. */
  readonly refusesContinue: boolean
  /** undici treats a reset as the end of a body without a length, although the body may be incomplete. */
  readonly takesResetForEnd: boolean
  /** undici does not report where a chunk ends, so each received piece counts as a chunk. */
  readonly splitsChunks: boolean
}

type Connect = (target: URL, context: ConnectContext) => Promise<Connection<SinkRequest>>

export interface HttpSubject {
  readonly connect: Connect
  readonly open: (server: RawServer, some?: Partial<ConnectContext>) => Promise<Connection<SinkRequest>>
  readonly differs: Differences
}

/** Conformance cases for every HTTP implementation, against correct and faulty servers. */
export function httpConformance(connect: Connect, differs: Differences): void {
  const subject: HttpSubject = { connect, open: (server, some) => connect(server.url, contextFor(some)), differs }
  responseCases(subject)
  bodyCases(subject)
  breakageCases(subject)
  requestCases(subject)
  generatedCases(subject)
  tappedCases(subject)
  streamCases(subject)
}
