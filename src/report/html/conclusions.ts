import type { RunRecord } from '../../model/record.ts'
import type { VerdictRecord } from '../../model/verdict.ts'
import { boundsSentence, capacitySentence, recommendationSentence as usersSentence } from '../capacity-sentences.ts'
import { findingsOf, isSuite, type SuiteFindings, type SuiteName } from '../findings-of.ts'
import { bottleneckSentence, limitSentence, recommendationSentence } from '../limits-sentences.ts'
import { degradationSentence, mcpStressSentence } from '../mcp-stress-sentences.ts'
import { placeLines, protocolsSentence } from '../protocols-sentences.ts'
import { scenariosSentence, unsentLines } from '../scenarios-sentences.ts'
import { failedCheckLines, unitSentence } from '../unit-sentences.ts'

/** The conclusion of a suite. */
interface Conclusion {
  readonly sentence: string
  /** What explains it best; undefined if nothing does. */
  readonly because: string | undefined
}

/** The sentences are those of the text reports. */
const BY_SUITE: { readonly [Suite in SuiteName]: (findings: SuiteFindings[Suite]) => Conclusion } = {
  limits: (findings) => ({
    sentence: `${limitSentence(findings)} ${recommendationSentence(findings)}`,
    because: [
      bottleneckSentence(findings).replace(/\.$/, ''),
      ...findings.bottleneck.evidence.slice(0, 1).map(({ message }) => message),
    ].join(': '),
  }),
  capacity: (findings) => ({
    sentence: `${capacitySentence(findings)} ${usersSentence(findings)}`,
    because: boundsSentence(findings),
  }),
  protocols: (findings) => ({ sentence: protocolsSentence(findings), because: placeLines(findings.ranking)[0] }),
  scenarios: (findings) => ({ sentence: scenariosSentence(findings), because: unsentLines(findings.scenarios)[0] }),
  'mcp-stress': (findings) => ({ sentence: mcpStressSentence(findings), because: degradationSentence(findings) }),
  unit: (findings) => ({ sentence: unitSentence(findings), because: failedCheckLines(findings)[0] }),
}

/** Returns the conclusion of a run of a suite; undefined for load tests, and for a run that was interrupted. */
export function conclusionOf(run: RunRecord): Conclusion | undefined {
  return isSuite(run.suite) ? concluded(run, run.suite) : undefined
}

function concluded<Suite extends SuiteName>(run: RunRecord, suite: Suite): Conclusion | undefined {
  const findings = findingsOf(run, suite)
  return findings === undefined ? undefined : BY_SUITE[suite](findings)
}

/** Returns true for the verdict on a suite as a whole; its other verdicts are on single runs. */
export function isConclusion(run: RunRecord, { message }: Pick<VerdictRecord, 'message'>): boolean {
  return conclusionOf(run)?.sentence.startsWith(message) === true
}
