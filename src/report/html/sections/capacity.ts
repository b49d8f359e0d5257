import type { CapacityFindings } from '../../../model/capacity-findings.ts'
import { formatCount, formatMb } from '../../../wording/figures.ts'
import { boundsSentence, capacityLines, inferredLines, phaseRow, slaSentence } from '../../capacity-sentences.ts'
import { chartFigure } from '../chart-figure.ts'
import { uslCurve } from '../charts/usl-curve.ts'
import { html } from '../html.ts'
import { tableOf } from '../table.ts'
import { findingsOf } from '../../findings-of.ts'
import { listOf } from '../list-of.ts'
import type { Section } from './section.ts'

const COLUMNS = [
  { name: 'phase', kind: 'word' },
  { name: 'verdict', kind: 'word' },
  'users',
  'req/s',
  'achieved',
  'p95 ms',
  'failed',
] as const

/** The users that the target serves, the scalability law, and the recommended size. */
export const capacity: Section = {
  id: 'capacity',
  title: 'Capacity',
  render: ({ run, id }) => {
    const findings = findingsOf(run, 'capacity')
    if (findings === undefined) return undefined
    return html`<p>SLA: ${slaSentence(findings)}.</p>
      ${tableOf('Phases', COLUMNS, findings.phases.map(phaseRow))} ${listOf(inferredLines(findings))}
      ${sizingTable(findings)}
      ${findings.usl !== null && html`<div class="charts one">${chartFigure(uslCurve(findings.usl), `${id}-usl`)}</div>`}
      ${listOf([boundsSentence(findings), ...capacityLines(findings)])}`
  },
}

function sizingTable({ sizing, peakUsers }: CapacityFindings): ReturnType<typeof tableOf> {
  const { instances, coresPerInstance, memoryMbPerInstance, maxConnections, loadBalancer, basis } = sizing
  const shown = (value: number | null, format: (value: number) => string): string =>
    value === null ? 'unknown' : format(value)
  const row = [
    `for ${formatCount(peakUsers)} users`,
    shown(instances, formatCount),
    shown(coresPerInstance, formatCount),
    shown(memoryMbPerInstance, formatMb),
    shown(maxConnections, formatCount),
    loadBalancer === null ? 'unknown' : loadBalancer ? 'yes' : 'no',
    basis,
  ]
  const heads = ['instances', 'cores each', 'memory each', 'connections each', 'load balancer', 'basis']
  return tableOf('Recommended size', [{ name: 'size', kind: 'word' }, ...heads], [row])
}
