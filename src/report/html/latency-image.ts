import type { LoadResult } from '../../model/result.ts'
import { timelineOf } from './charts/timeline.ts'
import { latencyOverTime } from './charts/latency-over-time.ts'
import { renderChart } from './charts/render-chart.ts'
import { timeAxisOf } from './charts/time-axis.ts'
import { html, trusted } from './html.ts'
import { CHART_STYLE } from './style.ts'

/** Returns the response times of a result over time as an SVG file; undefined if it has none. */
export function latencyImageOf(result: LoadResult): string | undefined {
  const chart = latencyOverTime(result, timeAxisOf(result), timelineOf(result))
  if (chart === undefined) return undefined
  const names = html`<title id="latency-title">${chart.title}</title><desc id="latency-about">${chart.about}</desc>`
  const style = trusted(`<style>${CHART_STYLE}</style>`)
  const back = html`<rect class="bg" width="100%" height="100%" />`
  return renderChart(chart, 'latency').replace(/^<svg[^>]*>/, (start) => [start, names, style, back].join(''))
}
