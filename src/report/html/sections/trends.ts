import { formatPlural } from '../../../wording/figures.ts'
import { trendSentences } from '../../../wording/trend.ts'
import { chartFigure } from '../chart-figure.ts'
import { trendChart } from '../charts/trend-chart.ts'
import { html, shortened } from '../html.ts'
import { listOf } from '../list-of.ts'
import type { Section } from './section.ts'

/** Number of tests that have a chart. */
const MAX_CHARTS = 8

/** How the response times of each test developed over the commits, if its host keeps a history. */
export const trends: Section = {
  id: 'trends',
  title: 'History',
  render: ({ run, id }) => {
    const all = run.trends ?? []
    if (all.length === 0) return undefined
    // Those that changed are the first.
    const shown = all.toSorted((a, b) => b.changes.length - a.changes.length).slice(0, MAX_CHARTS)
    const charts = shown.flatMap((trend, i) => {
      const chart = trendChart(trend)
      return chart === undefined
        ? []
        : [chartFigure({ ...chart, title: shortened(chart.title, 120) }, `${id}-trend-${i + 1}`)]
    })
    const sentences = shown.flatMap((trend) =>
      trendSentences(trend).map((sentence) => `${shortened(trend.test, 120)} changed ${sentence}`),
    )
    const more = all.length - shown.length
    return html`<p class="muted small">
        Lasting changes of the mean, with the commit of the first run after each. They never decide about a test.
      </p>
      ${charts.length > 0 && html`<div class="${charts.length === 1 ? 'charts one' : 'charts'}">${charts}</div>`}
      ${sentences.length > 0 ? listOf(sentences) : html`<p>No lasting change.</p>`}
      ${more > 0 && html`<p class="small">${formatPlural(more, 'more test')}: describe-load baseline history</p>`}`
  },
}
