import type { Connect, HttpSubject } from './http-subject.conformance.ts'
import { bodyCases } from './bodies.conformance.ts'
import { breakageCases } from './breakage.conformance.ts'
import { generatedCases } from './generated.conformance.ts'
import { contextFor } from './raw-server.fixture.ts'
import { requestCases } from './requests.conformance.ts'
import { responseCases } from './responses.conformance.ts'
import { streamCases } from './streams.conformance.ts'
import { tappedCases } from './tapped.conformance.ts'

/** Conformance cases for every HTTP implementation, against correct and faulty servers. */
export function httpConformance(connect: Connect): void {
  const subject: HttpSubject = { connect, open: (server, some) => connect(server.url, contextFor(some)) }
  responseCases(subject)
  bodyCases(subject)
  breakageCases(subject)
  requestCases(subject)
  generatedCases(subject)
  tappedCases(subject)
  streamCases(subject)
}
