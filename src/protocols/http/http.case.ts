import type { ConnectContext, Connection } from '../../model/protocol.ts'
import type { SinkRequest } from './answer-sink.ts'
import { bodyCases } from './bodies.case.ts'
import { breakageCases } from './breakage.case.ts'
import { generatedCases } from './generated.case.ts'
import { contextFor } from './raw-server.case.ts'
import type { RawServer } from './raw-server.case.ts'
import { requestCases } from './requests.case.ts'
import { responseCases } from './responses.case.ts'
import { streamCases } from './streams.case.ts'
import { tappedCases } from './tapped.case.ts'

/** Where a way to connect may differ, and still be right. */
export interface Differences {
  /** undici takes an interim 100 that nobody expected for an offence; RFC 9110 (15.2) has clients skip it. */
  readonly refusesContinue: boolean
  /** undici takes a reset for the end of a body that has no length; it may as well have been cut off. */
  readonly takesResetForEnd: boolean
  /** undici does not say where a chunk ends: what comes of it at once is taken for one. */
  readonly splitsChunks: boolean
}

type Connect = (target: URL, context: ConnectContext) => Promise<Connection<SinkRequest>>

export interface HttpSubject {
  readonly connect: Connect
  readonly open: (server: RawServer, some?: Partial<ConnectContext>) => Promise<Connection<SinkRequest>>
  readonly differs: Differences
}

/** What every way to speak HTTP must do, against servers that behave in every way there is. */
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
