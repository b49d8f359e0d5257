import type { CapacityFindings } from '../../model/capacity-findings.ts'
import type { LimitsFindings } from '../../model/limits-findings.ts'
import type { McpStressFindings } from '../../model/mcp-stress-findings.ts'
import type { ProtocolsFindings } from '../../model/protocols-findings.ts'
import type { RunRecord } from '../../model/record.ts'
import type { ScenariosFindings } from '../../model/scenarios-findings.ts'
import type { UnitFindings } from '../../model/unit-findings.ts'
import { boundsSentence, capacitySentence, recommendationSentence as usersSentence } from '../capacity-sentences.ts'
import { bottleneckSentence, certaintySentences, limitSentence, recommendationSentence } from '../limits-sentences.ts'
import { degradationSentence, mcpStressSentence, recoverySentence } from '../mcp-stress-sentences.ts'
import { placeLines, protocolsSentence } from '../protocols-sentences.ts'
import { scenariosSentence, unsentLines } from '../scenarios-sentences.ts'
import { failedCheckLines, unitSentence } from '../unit-sentences.ts'

/** The conclusion of a suite: one sentence, what explains it, and how sure it is. */
interface Conclusion {
  readonly sentence: string
  readonly because: readonly string[]
}

interface Concluding<Findings> {
  /** A key that the findings of this suite always have. A run that was interrupted has no findings. */
  readonly key: keyof Findings & string
  readonly conclude: (findings: Findings) => Conclusion
}

function concluding<Findings>(
  key: keyof Findings & string,
  conclude: Concluding<Findings>['conclude'],
): Concluding<unknown> {
  return { key: key as never, conclude: (findings) => conclude(findings as Findings) }
}

/** The sentences are those of the text reports. */
const BY_SUITE: Readonly<Record<string, Concluding<unknown>>> = {
  limits: concluding<LimitsFindings>('trials', (findings) => ({
    sentence: `${limitSentence(findings)} ${recommendationSentence(findings)}`,
    because: [
      [
        bottleneckSentence(findings).replace(/\.$/, ''),
        ...findings.bottleneck.evidence.slice(0, 1).map(({ message }) => message),
      ].join(': '),
      ...certaintySentences(findings),
    ],
  })),
  capacity: concluding<CapacityFindings>('expectedUsers', (findings) => ({
    sentence: `${capacitySentence(findings)} ${usersSentence(findings)}`,
    because: [boundsSentence(findings)],
  })),
  protocols: concluding<ProtocolsFindings>('ranking', (findings) => ({
    sentence: protocolsSentence(findings),
    because: placeLines(findings.ranking),
  })),
  scenarios: concluding<ScenariosFindings>('scenarios', (findings) => ({
    sentence: scenariosSentence(findings),
    because: unsentLines(findings.scenarios),
  })),
  'mcp-stress': concluding<McpStressFindings>('probes', (findings) => ({
    sentence: mcpStressSentence(findings),
    because: [degradationSentence(findings), recoverySentence(findings)],
  })),
  unit: concluding<UnitFindings>('checks', (findings) => ({
    sentence: unitSentence(findings),
    because: failedCheckLines(findings),
  })),
}

/** Returns the conclusion of a run of a suite; undefined for load tests, and for a run that was interrupted. */
export function conclusionOf({ suite, findings }: RunRecord): Conclusion | undefined {
  const known = BY_SUITE[suite]
  if (known === undefined || typeof findings !== 'object' || findings === null || !(known.key in findings))
    return undefined
  return known.conclude(findings)
}
