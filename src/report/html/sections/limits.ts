import { formatDuration, formatMsOrNone, formatNumber, formatPercent } from '../../../wording/figures.ts'
import {
  adviceSentences,
  bottleneckSentence,
  certaintySentences,
  degradationSentence,
  levelSentence,
  recoverySentence,
} from '../../limits-sentences.ts'
import { chartFigure } from '../chart-figure.ts'
import { limitsCurve } from '../charts/limits-curve.ts'
import { html } from '../html.ts'
import { tableOf } from '../table.ts'
import { verdictPill } from '../verdict-card.ts'
import { findingsOf } from '../../findings-of.ts'
import { listOf } from '../list-of.ts'
import type { Section } from './section.ts'

const COLUMNS = [
  { name: 'trial', kind: 'word' },
  { name: 'arrivals', kind: 'word' },
  'for',
  'req/s',
  'achieved',
  'p50 ms',
  'p99 ms',
  'failed',
  { name: 'verdict', kind: 'word' },
  { name: 'reason', kind: 'long' },
] as const

/** The limit, its bottleneck, the curve of p99 by rate, and every trial. */
export const limits: Section = {
  id: 'limits',
  title: 'Limit',
  render: ({ run, id }) => {
    const findings = findingsOf(run, 'limits')
    if (findings === undefined) return undefined
    const chart = limitsCurve(findings)
    const rows = findings.trials.map((trial) => [
      trial.purpose,
      trial.arrivals,
      formatDuration(trial.durationMs),
      formatNumber(trial.rate),
      formatNumber(trial.achievedRps),
      formatMsOrNone(trial.p50Ms),
      formatMsOrNone(trial.p99Ms),
      formatPercent(trial.errorRate),
      verdictPill(trial),
      trial.reasons.map(({ message }) => message).join('; '),
    ])
    return html`<p>Service level: ${levelSentence(findings)}.</p>
      ${listOf([...certaintySentences(findings), ...findings.notes.map(({ message }) => message)])}
      ${chart && html`<div class="charts one">${chartFigure(chart, `${id}-curve`)}</div>`}
      <p>${bottleneckSentence(findings)}</p>
      ${listOf(findings.bottleneck.evidence.map(({ message }) => message))}
      ${listOf([degradationSentence(findings), recoverySentence(findings), ...adviceSentences(findings)])}
      ${tableOf('Trials', COLUMNS, rows)}`
  },
}
