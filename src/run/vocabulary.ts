import type { PlanVocabulary, SchemeVocabulary } from '../plan/vocabulary.ts'
import type { AnyRequest } from '../model/requests.ts'
import {
  portOf,
  PROTOCOL_NAMES,
  protocolKind,
  protocolNameOf,
  SCHEMES,
  schemesOf,
  targetFor,
} from '../protocols/index.ts'
import { maxBytesOf } from '../traffic/payloads/index.ts'
import { sampleOf, templateIssues } from '../traffic/templates/index.ts'
import { knownProtocol } from './protocols.ts'

/** The URL schemes that a target may use. */
export const schemeVocabulary: SchemeVocabulary = {
  schemes: SCHEMES,
  protocolOf: protocolNameOf,
  schemesOf,
  targetFor,
  portOf,
}

/** The vocabulary of plans: the protocols, requests and templates that the other folders provide. */
export const vocabulary: PlanVocabulary = {
  ...schemeVocabulary,
  protocolNames: PROTOCOL_NAMES,
  protocolIssues({ kind, ...options }, key) {
    return protocolKind(String(kind))?.optionIssues(options, key) ?? []
  },
  // The protocol of a module is unknown before the run loads it; its requests are checked then.
  requestIssues: (protocol, request, key) => knownProtocol(protocol)?.issuesOf(sampleOf(request), key) ?? [],
  requestData: (protocol, request) => knownProtocol(protocol)?.asData?.(request as AnyRequest) ?? request,
  sizeIssues(protocol, size, key) {
    // Of named sizes, a protocol sends what it can.
    const issue = knownProtocol(protocol)?.sizeIssue?.(maxBytesOf(size, { maxNamedBytes: 0 }), key)
    return issue === undefined ? [] : [issue]
  },
  formatIssues(protocol, format, key) {
    // What carries bytes carries text as well.
    const issue = knownProtocol(protocol)?.formatIssue?.(format === 'mixed' ? 'binary' : format, key)
    return issue === undefined ? [] : [{ ...issue, value: format }]
  },
  templateIssues,
}
