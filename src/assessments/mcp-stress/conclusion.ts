import { errorPatterns } from '../../judge/analysis/error-patterns.ts'
import { stressJudgement } from '../../judge/analysis/mcp-health.ts'
import { SATURATED } from '../../judge/verdict/validity.ts'
import type { McpStressFindings, ProbeFinding } from '../../model/mcp-stress-findings.ts'
import type { LoadResult } from '../../model/result.ts'
import type { Count } from '../../model/units.ts'
import { type VerdictValue, worstVerdict } from '../../model/verdict.ts'
import { mcpStressLines, mcpStressSentence } from '../../report/mcp-stress-sentences.ts'
import type { Conclusion } from '../suite.ts'

/** Returns what the run through the phases, and the probes so far, show. */
export function mcpStressFindings(
  result: LoadResult,
  probes: readonly ProbeFinding[],
  probeCalls: Readonly<Record<string, Count>> = {},
): McpStressFindings {
  return {
    protocolVersion: result.protocolVersion,
    transport: transportOf(result.target.url),
    ...stressJudgement(result, 0),
    errorPatterns: errorPatterns(result),
    probes: [...probes],
    probeCalls,
  }
}

function transportOf(url: string): McpStressFindings['transport'] {
  if (url.startsWith('mcp+stdio')) return 'stdio'
  if (url.startsWith('mcp+ws')) return 'websocket'
  return url.startsWith('mcp+tcp') ? 'tcp' : 'http'
}

export function mcpStressConclusion(findings: McpStressFindings, result: LoadResult): Conclusion {
  return {
    verdict: verdictOn(findings, result),
    message: mcpStressSentence(findings),
    lines: mcpStressLines(findings),
    result,
  }
}

/** A failed probe fails the suite, and so does poor health, unless a busy generator may have slowed the responses. */
function verdictOn({ health, probes }: McpStressFindings, { generator, ended }: LoadResult): VerdictValue {
  const probed = worstVerdict(probes.flatMap(({ verdict }) => (verdict === 'not-applicable' ? [] : [verdict])))
  if (health !== 'poor' || probed === 'fail') return probed
  return ended !== 'completed' || generator.eventLoopUtilization > SATURATED ? 'invalid' : 'fail'
}
