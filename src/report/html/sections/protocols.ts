import {
  adviceLines,
  differenceLines,
  levelLines,
  placeLines,
  protocolRow,
  shortnessLines,
  unknownLines,
} from '../../protocols-sentences.ts'
import { levelSentence } from '../../limits-sentences.ts'
import { chartFigure } from '../chart-figure.ts'
import { protocolBars } from '../charts/protocol-bars.ts'
import { html } from '../html.ts'
import { tableOf } from '../table.ts'
import { findingsOf } from '../../findings-of.ts'
import { listOf } from '../list-of.ts'
import type { Section } from './section.ts'

const COLUMNS = [
  { name: 'protocol', kind: 'word' },
  { name: 'verdict', kind: 'word' },
  'within the service level, req/s',
  'all clients busy, req/s',
  'p50 ms',
  'p99 ms',
  'lost requests',
  'time to reconnect, ms',
  'CPU per request, µs',
] as const

/** The ranking of the protocols, with bars, reasons and proven differences. */
export const protocols: Section = {
  id: 'protocols',
  title: 'Comparison of protocols',
  render: ({ run, id }) => {
    const findings = findingsOf(run, 'protocols')
    if (findings === undefined) return undefined
    const charts = protocolBars(findings).map((chart, i) => chartFigure(chart, `${id}-bars-${i + 1}`))
    return html`<p>Service level: ${levelSentence(findings)}.</p>
      ${tableOf('Ranking', COLUMNS, findings.ranking.map(protocolRow))}
      ${charts.length > 0 && html`<div class="charts">${charts}</div>`}
      ${listOf([
        ...levelLines(findings),
        ...placeLines(findings.ranking),
        ...differenceLines(findings).map(({ line }) => line),
        ...adviceLines(findings),
        ...shortnessLines(findings),
        ...unknownLines(findings.ranking),
        ...findings.skipped.map(({ protocol, why }) => `${protocol} was skipped: ${why}`),
      ])}`
  },
}
