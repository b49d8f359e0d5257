import { formatCount, formatMsOrNone, formatNumber, formatOrNone } from '../../../wording/figures.ts'
import {
  callLines,
  degradationSentence,
  errorLine,
  formatHealth,
  recoverySentence,
} from '../../mcp-stress-sentences.ts'
import { html } from '../html.ts'
import { tableOf } from '../table.ts'
import { verdictPill } from '../verdict-card.ts'
import { findingsOf } from '../../findings-of.ts'
import { listOf } from '../list-of.ts'
import type { Section } from './section.ts'

const PHASES = [
  { name: 'phase', kind: 'word' },
  { name: 'health', kind: 'word' },
  'req/s',
  'achieved',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  'failed',
] as const

const PROBES = [
  { name: 'probe', kind: 'long' },
  { name: 'verdict', kind: 'word' },
  { name: 'evidence', kind: 'long' },
] as const

/** The phases of a stressed MCP server, its errors, and its probes. */
export const mcpStress: Section = {
  id: 'mcp-stress',
  title: 'Health under stress',
  render: ({ run }) => {
    const findings = findingsOf(run, 'mcp-stress')
    if (findings === undefined) return undefined
    const phases = findings.phases.map((phase) => {
      const figures = run.results[phase.result]?.phases[phase.name]
      return [
        phase.name,
        formatHealth(phase),
        formatNumber(phase.rate),
        formatOrNone(figures?.achievedRps, formatNumber),
        ...[figures?.responseTime.p50Ms, figures?.responseTime.p95Ms, figures?.responseTime.p99Ms].map(formatMsOrNone),
        formatOrNone(figures && figures.errors + figures.dropped, formatCount),
      ]
    })
    const probes = findings.probes.map(({ name, verdict, evidence }) => [
      name,
      verdict === 'not-applicable' ? 'not applicable' : verdictPill({ verdict }),
      evidence,
    ])
    return html`${tableOf('Phases', PHASES, phases)}
    ${listOf([degradationSentence(findings), recoverySentence(findings), ...findings.errorPatterns.map(errorLine)])}
    ${tableOf('Probes', PROBES, probes)}${listOf(callLines(findings))}`
  },
}
