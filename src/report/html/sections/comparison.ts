import type { ComparedPart } from '../../../model/comparison.ts'
import { failedShare } from '../../../model/compared-values.ts'
import {
  exclusionSentence,
  formatBothSides,
  formatChangeInterval,
  formatComparedChange,
  METRIC_NAMES,
} from '../../../wording/comparison.ts'
import {
  formatChange,
  formatDuration,
  formatMsOrNone,
  formatOrNone,
  formatPercent,
  formatPlural,
} from '../../../wording/figures.ts'
import {
  type ComparisonOutcome,
  comparisonOutcome,
  outcomeEvidence,
  outcomeSentence,
} from '../../comparison-outcome.ts'
import { chartFigure } from '../chart-figure.ts'
import { changeIn, changesChart, pairsChart } from '../charts/comparison-charts.ts'
import { percentilesChart } from '../charts/percentiles.ts'
import { type Html, html, shortened } from '../html.ts'
import { listOf } from '../list-of.ts'
import { comparedId, type ResultView, type RunView } from '../run-view.ts'
import { tableOf } from '../table.ts'
import { verdictPill } from '../verdict-card.ts'
import type { Section } from './section.ts'

/** The comparison of each result with its baseline: the answer, its certainty, and each pair. */
export const comparison: Section = {
  id: 'comparison',
  title: 'Comparison with the baseline',
  render: (view) => {
    const shown = view.results.flatMap((each, index) => {
      const verdicts = view.run.verdicts.filter(({ result }) => result === index)
      const outcome = comparisonOutcome(each.result, verdicts)
      return outcome === undefined ? [] : [comparisonOf(each, outcome, view)]
    })
    return shown.length === 0 ? undefined : html`${shown}`
  },
}

function comparisonOf(view: ResultView, outcome: ComparisonOutcome, { results }: RunView): Html {
  const { comparison: compared, tolerance } = outcome
  const id = comparedId(view.id)
  const sides = [
    { name: 'candidate', result: view.result },
    { name: 'baseline', result: compared.baseline },
  ]
  const distributions = percentilesChart(sides)
  const charts = [
    changesChart(compared, tolerance),
    pairsChart(compared, tolerance),
    distributions && {
      ...distributions,
      title: 'Response time of both sides by percentile',
      about: `${distributions.about} All requests, also those at the beginning of a block and in pairs that do not count.`,
    },
  ].flatMap((chart, i) => (chart === undefined ? [] : [chartFigure(chart, `${id}-${i + 1}`)]))
  return html`<section class="block" id="${id}">
    ${results.length > 1 && html`<h4>${shortened(view.name)}</h4>`}
    <p>${verdictPill(outcome)} <strong>${outcomeSentence(outcome)}</strong></p>
    <p class="small">${outcomeEvidence(outcome)}.</p>
    <p class="muted small">${originOf(outcome)}</p>
    ${charts.length > 0 && html`<div class="charts">${charts}</div>`} ${excludedList(outcome)}
    ${changesTable(compared)}${operationsTable(outcome)} ${pairsTable(outcome)}
  </section>`
}

/** Example: `Baseline: commit 1a2b3c4 at http://127.0.0.1:3001/; 14 pairs of blocks of 4 s, checked after 8 and 14.` */
function originOf({ comparison: { baseline, commit, isSelf, pairs, blockMs, mode } }: ComparisonOutcome): string {
  const version = [
    ...(commit === undefined ? [] : [`commit ${commit.slice(0, 12)}`]),
    ...(isSelf === true ? ['the same version as the candidate'] : []),
    baseline.target.url,
  ]
  return `Baseline: ${version.join(', ')}. ${formatPlural(pairs.length, 'pair')} of blocks of ${formatDuration(blockMs)}: in each pair, both sides got the same requests, ${mode === 'duet' ? 'at the same time' : 'one after the other'}.`
}

function changesTable({ changes, errors }: ComparedPart): Html {
  const rows = changes.map((change) => [
    METRIC_NAMES[change.metric],
    formatBothSides(change),
    formatComparedChange(change),
    formatChangeInterval(change) ?? '–',
  ])
  const failed = ['failed requests', `${formatPercent(errors.candidate)}, baseline ${formatPercent(errors.baseline)}`]
  const isNone = errors.candidate === 0 && errors.baseline === 0
  const shown = errors.isMore ? 'more' : errors.mayBeMore ? 'may be more' : isNone ? '–' : 'not shown to be more'
  return tableOf(
    'Compared metrics',
    [{ name: 'metric', kind: 'word' }, 'candidate and baseline', 'change', '90% interval'],
    [...rows, [...failed, shown, '–']],
  )
}

/** Returns the mean response times of operations, the slowest change first, if there are several. */
function operationsTable({ comparison: { operations } }: ComparisonOutcome): Html | undefined {
  const entries = Object.entries(operations)
  if (entries.length < 2) return undefined
  const rows = entries
    .map(([name, { changes, errors }]) => ({ name, errors, mean: changes.find(({ metric }) => metric === 'mean') }))
    .toSorted((a, b) => (b.mean?.ratio ?? 0) - (a.mean?.ratio ?? 0))
    .map(({ name, errors, mean }) => [
      shortened(name, 120),
      mean === undefined ? '–' : formatBothSides(mean),
      mean === undefined ? '–' : formatComparedChange(mean),
      (mean && formatChangeInterval(mean)) ?? '–',
      `${formatPercent(errors.candidate)}, baseline ${formatPercent(errors.baseline)}`,
    ])
  return html`<div class="block">
    <h4>Operations</h4>
    ${tableOf('Operations', [{ name: 'operation', kind: 'word' }, 'mean response time', 'change', '90% interval', 'failed'], rows)}
  </div>`
}

function excludedList({ comparison: { pairs } }: ComparisonOutcome): Html | undefined {
  return listOf(
    pairs.flatMap(({ excluded }, index) =>
      excluded === undefined ? [] : [`Pair ${index + 1} does not count: ${exclusionSentence(excluded)}.`],
    ),
  )
}

const PAIR_HEADS = ['pair', 'first', 'candidate ms', 'baseline ms', 'change', 'CPU', 'failed', 'counts'] as const

/** Returns every pair; folded, because the chart shows them. */
function pairsTable(outcome: ComparisonOutcome): Html {
  const { pairs, metric } = outcome.comparison
  const time = metric === 'mean' ? 'meanMs' : 'p50Ms'
  const change = (pair: (typeof pairs)[number], of: 'p50' | 'mean' | 'cpu'): string =>
    formatOrNone(changeIn(pair, of), formatChange)
  const rows = pairs.map((pair, index) => [
    String(index + 1),
    pair.first ?? 'both',
    formatMsOrNone(pair.candidate.responseTime[time]),
    formatMsOrNone(pair.baseline.responseTime[time]),
    change(pair, metric === 'mean' ? 'mean' : 'p50'),
    change(pair, 'cpu'),
    `${formatPercent(failedShare(pair.candidate))}, ${formatPercent(failedShare(pair.baseline))}`,
    pair.excluded === undefined ? 'yes' : 'no',
  ])
  return html`<details class="fold">
    <summary>
      All pairs <span class="muted">${METRIC_NAMES[metric === 'mean' ? 'mean' : 'p50']} of each block</span>
    </summary>
    ${tableOf('Pairs', PAIR_HEADS, rows)}
  </details>`
}
