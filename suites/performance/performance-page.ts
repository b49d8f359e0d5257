import { createHash } from 'node:crypto'
import type { Chart, Series } from '../../src/report/html/charts/chart.ts'
import { chartFigure } from '../../src/report/html/chart-figure.ts'
import { html, idOf, trusted } from '../../src/report/html/html.ts'
import { CHART_STYLE, PAGE_STYLE } from '../../src/report/html/style.ts'
import { tableOf } from '../../src/report/html/table.ts'
import { formatNumber } from '../../src/wording/figures.ts'
import { cellsOf, HEADINGS, type Line } from './performance-table.ts'

/** Costs over one property of the load; null where a generator has none. */
export interface SweepResult {
  readonly name: string
  readonly x: string
  readonly values: readonly number[]
  /** CPU µs per request of the threads that send. */
  readonly ownUs: readonly (number | null)[]
  readonly floorUs: readonly (number | null)[]
  /** Maximum memory of the process. */
  readonly ownMb: readonly (number | null)[]
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
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy()}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Cost of the generator</title>
        ${trusted(`<style>${CHART_STYLE}</style>`)} ${trusted(`<style>${PAGE_STYLE}</style>`)}
      </head>
      <body>
        <header class="top">
          <div class="wide">
            <h1>Cost of the generator</h1>
            <p class="muted small">${startedAt}, ${machine}, medians of ${rounds} interleaved rounds</p>
          </div>
        </header>
        <main class="wide">
          ${notes.map((note) => html`<p>${note}</p>`)}
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
        </main>
      </body>
    </html> `
  return page.toString()
}

function policy(): string {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  return `default-src 'none'; style-src ${[CHART_STYLE, PAGE_STYLE].map(hash).join(' ')}`
}

function costChart(sweep: SweepResult): Chart {
  const series: Series[] = [
    { name: 'describe-load', colour: 'c1', shape: 'line', values: sweep.ownUs },
    ...(sweep.floorUs.every((value) => value === null)
      ? []
      : [{ name: 'floor', colour: 'c2', shape: 'line', dashed: true, values: sweep.floorUs } as const]),
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
    series: [{ name: 'describe-load', colour: 'c1', shape: 'line', values: sweep.ownMb }],
  }
}

function chartOf({ x, values }: SweepResult): Pick<Chart, 'x' | 'xs'> {
  return { x: { name: x, log: true, tick: formatNumber }, xs: values }
}
