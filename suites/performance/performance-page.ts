import type { Chart, Series } from '../../src/report/html/charts/chart.ts'
import { chartFigure } from '../../src/report/html/chart-figure.ts'
import { htmlDocument } from '../../src/report/html/document.ts'
import { html, idOf } from '../../src/report/html/html.ts'
import { tableOf } from '../../src/report/html/table.ts'
import { formatNumber } from '../../src/wording/figures.ts'
import { cellsOf, HEADINGS, type Line } from './performance-table.ts'

/** The cost for one value of the property that a sweep changes. */
export interface SweepPoint {
  readonly x: number
  /** CPU µs per request of the threads that send. */
  readonly ownUs: number
  /** The same of the floor program; null if it cannot send this load. */
  readonly floorUs: number | null
  /** Maximum memory of the process. */
  readonly ownMb: number
}

export interface SweepResult {
  readonly name: string
  /** Name of the property on the axis, with its unit. */
  readonly x: string
  readonly points: readonly SweepPoint[]
}

export interface PerformanceReport {
  readonly startedAt: string
  readonly machine: string
  readonly rounds: number
  readonly notes: readonly string[]
  readonly lines: readonly Line[]
  readonly sweeps: readonly SweepResult[]
}

/** Renders the report as a page that needs no other file. */
export function performancePage({ startedAt, machine, rounds, notes, lines, sweeps }: PerformanceReport): string {
  const loads = Map.groupBy(lines, ({ load }) => load)
  const charts = sweeps.flatMap((sweep) => [costChart(sweep), memoryChart(sweep)])
  const body = html`<header class="top">
      <div class="wide">
        <h1>Cost of the generator</h1>
        <p class="muted small">${startedAt}, ${machine}, medians of ${rounds} interleaved rounds</p>
      </div>
    </header>
    <main class="wide">
      ${[...loads].map(
        ([load, each]) =>
          html`<section class="block">
            <h3>${load}</h3>
            ${tableOf(
              load,
              HEADINGS.slice(1).map((name, i) => ({ name, kind: i === 0 ? 'word' : 'figure' })),
              cellsOf(each).map((cells) => cells.slice(1)),
            )}
          </section>`,
      )}
      <section class="block">
        <h3>How the cost changes</h3>
        <div class="charts">${charts.map((chart, i) => chartFigure(chart, idOf(chart.title, i)))}</div>
      </section>
      <section class="block">
        <h3>Notes</h3>
        <ul>
          ${notes.map((note) => html`<li>${note}</li>`)}
        </ul>
      </section>
    </main>`
  return htmlDocument({ title: 'Cost of the generator', body })
}

function costChart(sweep: SweepResult): Chart {
  const { points } = sweep
  const floor = points.map(({ floorUs }) => floorUs)
  const series: Series[] = [
    { name: 'describe-load', colour: 'c1', shape: 'line', values: points.map(({ ownUs }) => ownUs) },
    ...(floor.every((us) => us === null)
      ? []
      : [{ name: 'floor', colour: 'c2', shape: 'line', dashed: true, values: floor } as const]),
  ]
  return {
    ...chartOf(sweep),
    title: `CPU by ${sweep.name}`,
    about: `CPU time per request of the threads that send, by ${sweep.name}; both axes are logarithmic.`,
    y: { name: 'µs per request', log: true, tick: formatNumber },
    series,
  }
}

function memoryChart(sweep: SweepResult): Chart {
  return {
    ...chartOf(sweep),
    title: `Memory by ${sweep.name}`,
    about: `Maximum memory of the whole process, by ${sweep.name}.`,
    y: { name: 'MB', min: 0, tick: formatNumber },
    series: [{ name: 'describe-load', colour: 'c1', shape: 'line', values: sweep.points.map(({ ownMb }) => ownMb) }],
  }
}

function chartOf({ x, points }: SweepResult): Pick<Chart, 'x' | 'xs'> {
  return { x: { name: x, log: true, tick: formatNumber }, xs: points.map((point) => point.x) }
}
