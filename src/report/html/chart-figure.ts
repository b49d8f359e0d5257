import { formatOrNone } from '../../wording/figures.ts'
import type { Axis, Chart, Series } from './charts/chart.ts'
import { renderChart } from './charts/render-chart.ts'
import { type Html, html, shortened, trusted } from './html.ts'

/** Returns a chart as a figure: its title, legend, image, and the table with its values. */
export function chartFigure(chart: Chart, id: string): Html {
  const { title, about, y, series, lines = [] } = chart
  const isLegendNeeded = series.length > 1 || chart.isTime === true
  return html`<figure class="chart" id="${id}">
    <header>
      <h4 id="${id}-title">${title}</h4>
      <span class="unit">${y.name}</span>
    </header>
    ${
      isLegendNeeded &&
      html`<ul class="legend">
        ${series.map((each) => legendItem(each))}
      </ul>`
    }
    <div class="area">${trusted(renderChart(chart, id))}</div>
    <figcaption class="small muted" id="${id}-about">${about}${lines.map(({ name }) => ` Line: ${name}.`)}</figcaption>
    <details>
      <summary>Values</summary>
      <div class="scroll" tabindex="0" role="group" aria-label="Values of ${title}">${valueTable(chart)}</div>
    </details>
  </figure> `
}

function legendItem({ name, colour, shape, dashed }: Series): Html {
  const mark =
    shape === 'line'
      ? html`<path
          class="s-${colour}"
          fill="none"
          stroke-width="2.5"
          d="M0 5H14"
          ${dashed === true && trusted(' stroke-dasharray="4 3"')}
        />`
      : shape === 'points'
        ? html`<circle class="f-${colour}" cx="7" cy="5" r="4" />`
        : shape === 'ranges'
          ? html`<path class="s-${colour}" stroke-width="5" d="M7 0V10" />`
          : html`<path class="f-${colour}" d="M0 0H14V10H0Z" />`
  return html`<li data-colour="${colour}">
    <svg class="swatch plot" viewBox="0 0 14 10" aria-hidden="true">${mark}</svg><span>${shortened(name, 80)}</span>
    <b></b>
  </li>`
}

/** The script reads the values at the cursor from this table: `data-x` is the position on the x-axis. */
function valueTable({ x, y, xs, series, names }: Chart): Html {
  const rows = xs.map((at, i) => {
    const cells = series.map((each) => html`<td>${cellText(each, i, y)}</td>`)
    const label = names?.[i] ?? (x.format ?? x.tick)(at)
    return html`<tr data-x="${Number(at.toFixed(4))}">
      <th scope="row">${shortened(label, 80)}</th>
      ${cells}
    </tr>`
  })
  return html`<table>
    <thead>
      <tr>
        <th scope="col">${x.name}</th>
        ${series.map(({ name }) => html`<th scope="col">${shortened(name, 80)}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`
}

function cellText({ values, highs }: Series, i: number, y: Axis): string {
  const value = formatted(values[i] ?? null, y)
  return highs === undefined ? value : `${value} to ${formatted(highs[i] ?? null, y)}`
}

function formatted(value: number | null, { format, tick }: Axis): string {
  return formatOrNone(value, format ?? tick)
}
