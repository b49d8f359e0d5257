import type {
  ErrorPattern,
  McpHealth,
  McpStressFindings,
  ProbeFinding,
  StressPhase,
} from '../model/mcp-stress-findings.ts'
import { recoveryTime } from './limits-sentences.ts'
import { formatCount, formatNumber, formatPercent, formatPlural, formatRate } from '../wording/figures.ts'

const HEALTH: Readonly<Record<Exclude<McpHealth, 'poor'>, string>> = {
  excellent: 'every phase was healthy, including stress',
  good: 'every phase except stress was healthy',
  fair: 'not every phase was healthy, but the server recovered',
}

/** Returns the conclusion, which comes first in every report and on the console. */
export function mcpStressSentence(findings: McpStressFindings): string {
  const { health, probes, protocolVersion, transport } = findings
  const failed = probes.filter(({ verdict }) => verdict === 'fail').length
  const applied = probes.filter(({ verdict }) => verdict !== 'not-applicable').length
  const probed =
    applied === 0
      ? 'no probe applied'
      : failed === 0
        ? `none of ${formatPlural(applied, 'probe')} found a fault`
        : `${failed} of ${formatPlural(applied, 'probe')} found a fault`
  const spoken = protocolVersion === null ? '' : ` (MCP ${protocolVersion} over ${transport})`
  return `Health is ${health}${spoken}: ${health === 'poor' ? poorBecause(findings) : HEALTH[health]}; ${probed}.`
}

function poorBecause({ phases, recovery }: McpStressFindings): string {
  const baseline = phases.find(({ name }) => name === 'baseline')?.healthy
  if (baseline === false) return 'the server was not healthy even at the baseline rate'
  if (baseline !== true) return 'no phase could be judged'
  return recovery.recovered === false
    ? 'the server did not recover from stress'
    : 'no recovery from stress was measured'
}

export function mcpStressLines(findings: McpStressFindings): readonly string[] {
  return [
    degradationSentence(findings),
    recoverySentence(findings),
    ...findings.errorPatterns.map(errorLine),
    ...findings.probes.map(probeLine),
  ]
}

export function errorLine({ class: name, count, phases, trend, meaning }: ErrorPattern): string {
  const course = trend === 'unknown' ? 'trend unknown: needs 6 s' : trend
  const where = phases.length === 0 ? '' : `, in ${phases.join(', ')}`
  return `${formatCount(count)} × ${name} (${course}${where}): ${meaning}`
}

export function formatHealth({ healthy }: StressPhase): string {
  if (healthy === null) return 'no response'
  return healthy ? 'healthy' : 'not healthy'
}

export function degradationSentence({ degradation, phases }: McpStressFindings): string {
  const { throughputLoss, successRateDrop, p99Growth } = degradation
  const stress = phases.find(({ name }) => name === 'stress')
  if (throughputLoss === null || successRateDrop === null) return 'The effect of stress was not measured.'
  const growth = p99Growth === null ? '' : `, p99 ${formatNumber(p99Growth)} times that of the baseline`
  return `Under stress (${formatRate(stress?.rate ?? 0)}): ${formatPercent(throughputLoss)} less throughput than offered, ${formatPercent(successRateDrop)} fewer successes${growth}.`
}

export function recoverySentence({ recovery, phases }: McpStressFindings): string {
  const { recovered, recoverMs, resolutionMs } = recovery
  if (recovered === null) {
    const baseline = phases.find(({ name }) => name === 'baseline')?.healthy
    return baseline === true
      ? 'Recovery: not measured, because too little traffic followed the stress phase.'
      : 'Recovery: not measured, because the baseline was not healthy.'
  }
  if (!recovered) return 'Recovery: none before the run ended.'
  if (recoverMs === null)
    return 'Recovery: the phase after stress was healthy, but too short to show when the server had recovered.'
  return `Recovery: ${recoveryTime(recoverMs, resolutionMs)} after the stress phase.`
}

/** Returns what the probes called in addition to their runs; empty if there is nothing. */
export function callLines({ probeCalls = {} }: McpStressFindings): readonly string[] {
  const calls = Object.entries(probeCalls).map(([operation, count]) => `${formatCount(count)} × ${operation}`)
  return calls.length === 0 ? [] : [`Calls that the probes made in addition to their runs: ${calls.join(', ')}.`]
}

export function probeLine({ name, verdict, evidence }: ProbeFinding): string {
  return `${verdict}: ${name}: ${evidence}`
}
