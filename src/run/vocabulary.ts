import type { PlanVocabulary } from '../model/plan-vocabulary.ts'
import { protocolNameOf, protocols } from '../protocols/index.ts'
import * as patterns from '../traffic/patterns/index.ts'

/** What a plan may say, as the rooms below know it. */
export const vocabulary: PlanVocabulary = {
  protocolNames: Object.keys(protocols),
  protocolOf: protocolNameOf,
  requestFaults: (protocol, request, key) => protocols[protocol]?.faultsOf(request, key) ?? [],
  specFromName: patterns.specFromName,
  patternFaults: patterns.patternFaults,
  patternDuration: patterns.patternDuration,
  patternFrom: patterns.patternFrom,
}
