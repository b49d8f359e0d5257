import { percentileTable } from '../../../model/hdr-codec.ts'
import { ratesOf } from '../../../model/rates.ts'
import type { LoadResult } from '../../../model/result.ts'
import type { JudgedFigures } from '../../../model/figures.ts'
import type { Ms } from '../../../model/units.ts'
import {
  formatCount,
  formatMs,
  formatMsOrNone,
  formatNumber,
  formatOrNone,
  formatPercent,
  formatRate,
} from '../../../wording/figures.ts'
import { describeRun, metricsOf, formatStatuses } from '../../result-summary.ts'
import { doubtLines } from '../../../wording/doubts.ts'
import { formatBatching } from '../../../wording/batching.ts'
import { chartFigure } from '../chart-figure.ts'
import { MAX_SERIES } from '../charts/chart.ts'
import { timelineOf } from '../charts/timeline.ts'
import { percentilesChart } from '../charts/percentiles.ts'
import { resultCharts } from '../charts/registry.ts'
import { timeAxisOf } from '../charts/time-axis.ts'
import { download } from '../download.ts'
import { type Html, html, shortened } from '../html.ts'
import type { ResultView, RunView } from '../run-view.ts'
import { tableOf } from '../table.ts'
import type { Section } from './section.ts'

/** Number of results of a run that are not folded. */
const MAX_UNFOLDED = 3
/** Length from which one of many results has charts over time: the 45 short runs of `unit` would be half of the page. */
const CHARTED_MS: Ms = 1_500

/** The figures and charts of every result of a run, and their response times in one chart. */
export const results: Section = {
  id: 'results',
  title: 'Results over time',
  render: (view) => {
    const isFolded = view.results.length > MAX_UNFOLDED
    return html`${overlay(view)}${view.results.map((each) =>
      isFolded
        ? folded(each)
        : html`<section class="block" id="${each.id}">
            <h4>${shortened(each.name)}</h4>
            ${resultOf(each, chartsOf(each, view.results.length === 1))}
          </section>`,
    )}`
  },
}

function folded(view: ResultView): Html {
  const { result, name, id } = view
  const { p99Ms } = result.responseTime
  const { achieved, unit } = ratesOf(result)
  const p99 = p99Ms === undefined ? 'no response' : `p99 ${formatMs(p99Ms)} ms`
  const failed = result.errors + result.dropped
  return html`<details class="fold" id="${id}">
    <summary>
      ${shortened(name, 120)}
      <span class="muted">${formatRate(achieved, unit)}, ${p99}${failed > 0 && `, ${formatCount(failed)} failed`}</span>
    </summary>
    ${resultOf(view, result.durationMs < CHARTED_MS ? [] : chartsOf(view, false))}
  </details>`
}

/** Compares the response times of several results by percentile. */
function overlay({ id, results: all }: RunView): Html | undefined {
  if (all.length < 2) return undefined
  const answered = all.filter(({ result }) => result.responseTime.count > 0)
  const shown = answered.slice(-MAX_SERIES)
  const compared = percentilesChart(shown)
  const cut = `The last ${formatCount(shown.length)} of ${formatCount(all.length)} results.`
  const chart =
    compared && shown.length < answered.length ? { ...compared, about: `${compared.about} ${cut}` } : compared
  return chart && html`<div class="charts one">${chartFigure(chart, `${id}-percentiles`)}</div>`
}

function chartsOf({ result, name, id, limits }: ResultView, isAlone: boolean): readonly Html[] {
  const time = timeAxisOf(result)
  const timeline = timelineOf(result)
  const charts = [
    ...resultCharts.map((build) => build(result, time, timeline, limits)),
    // Several results have one chart together, and so have both sides of a comparison.
    ...(isAlone && result.comparison === undefined ? [percentilesChart([{ name, result, limits }])] : []),
  ]
  return charts.flatMap((chart, i) => (chart === undefined ? [] : [chartFigure(chart, `${id}-chart-${i + 1}`)]))
}

function resultOf({ result, id }: ResultView, charts: readonly Html[]): Html {
  return html`<p class="muted small">${describeRun(result)}; ${result.plan.request}; seed ${result.seed}</p>
    ${keyFigures(result)} ${statusesOf(result)}
    ${result.batching !== undefined && html`<p class="small">Batches: ${formatBatching(result.batching)}</p>`}
    ${doubtLines([result]).map((line) => html`<p class="small">${line}</p>`)}
    ${(result.plan.notes ?? []).map((note) => html`<p class="small">Note: ${note}</p>`)}
    ${charts.length > 0 && html`<div class="charts">${charts}</div>`}
    ${partsTable('Operations', 'operation', result.operations)}${partsTable('Phases', 'phase', result.phases)}
    ${percentileFile(result, id)} ${metricsOf(result).map((metric) => html`<p class="small">Metric ${metric}</p>`)}`
}

/** The percentiles as the plotter of HdrHistogram reads them. */
function percentileFile({ responseTime: { histogram = '' } }: LoadResult, id: string): Html | undefined {
  if (histogram === '') return undefined
  return html`<p class="downloads">${download(`${id}.hgrm`, percentileTable(histogram))}</p>`
}

function keyFigures(result: LoadResult): Html {
  const { responseTime, achievedRps, errorRate, requestsScheduled } = result
  const { offered, achieved, unit } = ratesOf(result)
  const ms = (value: number | undefined): string => formatOrNone(value, (known) => `${formatMs(known)} ms`)
  const entries: readonly (readonly [string, string])[] = [
    ...(offered === null ? [] : [['offered', formatRate(offered, unit)] as const]),
    ['achieved', formatRate(achieved, unit)],
    ...(unit === 'journeys/s' ? [['achieved requests', formatRate(achievedRps)] as const] : []),
    ['p50', ms(responseTime.p50Ms)],
    ['p95', ms(responseTime.p95Ms)],
    ['p99', ms(responseTime.p99Ms)],
    ['max', ms(responseTime.maxMs)],
    ['failed', formatPercent(errorRate)],
    ['requests', formatCount(requestsScheduled)],
  ]
  return html`<dl class="figures">
    ${entries.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`
}

function statusesOf({ statuses }: LoadResult): Html | undefined {
  const counts = Object.entries(statuses)
  return counts.length === 0 ? undefined : html`<p class="small">Responses by status: ${formatStatuses(counts)}</p>`
}

const HEADS = ['requests', 'req/s', 'p50 ms', 'p95 ms', 'p99 ms', 'failed']

/** Returns a table of operations or phases, if there are several. */
function partsTable(title: string, part: string, parts: Readonly<Record<string, JudgedFigures>>): Html | undefined {
  const entries = Object.entries(parts)
  if (entries.length < 2) return undefined
  const rows = entries.map(([name, { requestsScheduled, achievedRps, responseTime, errors, dropped }]) => [
    shortened(name, 120),
    formatCount(requestsScheduled),
    formatNumber(achievedRps),
    formatMsOrNone(responseTime.p50Ms),
    formatMsOrNone(responseTime.p95Ms),
    formatMsOrNone(responseTime.p99Ms),
    formatCount(errors + dropped),
  ])
  return html`<div class="block">
    <h4>${title}</h4>
    ${tableOf(title, [{ name: part, kind: 'word' }, ...HEADS], rows)}
  </div>`
}
