import { expect, test } from 'vitest'
import type { Chart, Series } from './chart.ts'
import { renderChart } from './render-chart.ts'

const line: Series = { name: 'one', colour: 'c1', shape: 'line', values: [1, null, 3] }
const chart: Chart = {
  title: 'a chart',
  about: 'About it.',
  x: { name: 'x', min: 0, max: 2, tick: String },
  y: { name: 'y', min: 0, max: 4, tick: String },
  xs: [0, 1, 2],
  series: [line],
}

/** Returns the points of the marks of a colour: `58 160` is a place in the image. */
function marksOf(svg: string, name: string): readonly string[] {
  return [...svg.matchAll(new RegExp(`<path class="${name}" d="([^"]*)"`, 'g'))].map(([, path = '']) => path)
}

test('renders an image without style attributes, inline styles and scripts, with colours as classes', () => {
  const svg = renderChart(chart, 'id-1')
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 560 240" class="plot" role="img"/)
  expect(svg).not.toMatch(/style|script|on\w+=|#[0-9a-f]{6}/)
  expect(svg).toContain('aria-labelledby="id-1-title id-1-about"')
  expect(marksOf(svg, 's-c1')).not.toEqual([])
})

test('uses only ids that start with its own', () => {
  const ids = [...renderChart(chart, 'mine').matchAll(/(?:id="|url\(#)([^")]*)/g)].map(([, id]) => id)
  expect(ids.length).toBeGreaterThan(0)
  expect(ids.filter((id) => id?.startsWith('mine-') !== true)).toEqual([])
})

test('interrupts a line where a value is missing', () => {
  const whole = { ...chart, series: [{ ...line, values: [1, 2, 3] }] }
  const moves = (svg: string): number => marksOf(svg, 's-c1').join('').split('M').length - 1
  expect([moves(renderChart(whole, 'a')), moves(renderChart(chart, 'a'))]).toEqual([1, 2])
})

test('stacks series: the upper one ends at the sum', () => {
  const series = (['c1', 'c2'] as const).map((colour): Series => ({
    name: colour,
    colour,
    shape: 'area',
    values: [2, 2, 2],
  }))
  const svg = renderChart({ ...chart, stacked: true, series }, 'a')
  // Half and the whole of the height of the plot, which is 14 to 208.
  expect(marksOf(svg, 's-c1')[0]).toMatch(/^M66 111/)
  expect(marksOf(svg, 's-c2')[0]).toMatch(/^M66 14/)
})

test('escapes names on axes and at lines', () => {
  const names = ['<b>', '</script>', '"quoted"']
  const lines = [{ name: '<img onerror=x>', axis: 'y', at: 2, colour: 'limit' } as const]
  const svg = renderChart({ ...chart, names, lines, series: [{ ...line, shape: 'bars', values: [1, 2, 3] }] }, 'a')
  expect(svg).toContain('&lt;b&gt;')
  expect(svg).toContain('&lt;img onerror=x&gt;')
  expect(svg).not.toMatch(/<(?:b|img|\/script)/)
})

test('draws points above the name of a line', () => {
  const lines = [{ name: 'limit 2 ms', axis: 'y', at: 2, colour: 'limit' } as const]
  const svg = renderChart({ ...chart, lines, series: [{ ...line, shape: 'points' }] }, 'a')
  expect(svg.indexOf('limit 2 ms')).toBeGreaterThan(0)
  expect(svg.indexOf('class="f-c1"')).toBeGreaterThan(svg.indexOf('limit 2 ms'))
})

test('has the times of its axis for the script, if it shows a time', () => {
  expect(renderChart({ ...chart, isTime: true }, 'a')).toContain('data-from="0" data-to="2"')
  expect(renderChart(chart, 'a')).not.toContain('data-from')
})
