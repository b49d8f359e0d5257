import type { PlanVocabulary, SchemeVocabulary } from '../model/plan-vocabulary.ts'
import { portOf, PROTOCOL_NAMES, protocolKind, protocolNameOf, SCHEMES } from '../protocols/index.ts'
import * as patterns from '../traffic/patterns/index.ts'
import { sampleOf, templateFaults } from '../traffic/templates/index.ts'
import { knownProtocol } from './protocols.ts'

/** What a target's URL may say. */
export const schemeVocabulary: SchemeVocabulary = { schemes: SCHEMES, protocolOf: protocolNameOf, portOf }

/** What a plan may say, as the rooms below know it. */
export const vocabulary: PlanVocabulary = {
  ...schemeVocabulary,
  protocolNames: PROTOCOL_NAMES,
  protocolFaults({ kind, ...options }, key) {
    return protocolKind(String(kind))?.optionFaults(options, key) ?? []
  },
  // A module's protocol is not known before the run loads it; then the requests are looked at.
  requestFaults: (protocol, request, key) => knownProtocol(protocol)?.faultsOf(sampleOf(request), key) ?? [],
  formatFaults(protocol, format, key) {
    const fault = knownProtocol(protocol)?.formatFault?.(format, key)
    return fault === undefined ? [] : [fault]
  },
  templateFaults,
  specFromName: patterns.specFromName,
  patternFaults: patterns.patternFaults,
  patternDuration: patterns.patternDuration,
  patternFrom: patterns.patternFrom,
}
