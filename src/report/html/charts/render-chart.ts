import type { Axis, Chart, Line, Series } from './chart.ts'
import { COLOURS } from './chart.ts'
import { svgOf } from './echarts.js'

/** Size of every chart, in units of its image. The page scales it to its column. */
const CHART_SIZE = { width: 560, height: 240 } as const

/** The part of the image in which the data is drawn; the rest has room for the large texts of a narrow screen. */
const PLOT = { left: 66, top: 14, width: 458, height: 194 } as const

/**
 * The colours of the image are classes, so that the page decides about light and dark. Until the image is complete, a
 * unique colour marks each class.
 */
const CLASSES = [...COLOURS, 'tick-x', 'tick-y', 'grid', 'axis'] as const
type ClassName = (typeof CLASSES)[number]

function marker(name: ClassName): string {
  return `#fe00${CLASSES.indexOf(name).toString(16).padStart(2, '0')}`
}

const BY_MARKER = new Map(CLASSES.map((name) => [marker(name), name]))

/** Size of texts, from which the library estimates their lengths. The page sets the real one by the width of the chart. */
const FONT = 12

/** Renders a chart as an SVG element without `style` attributes. `id` must be unique in the page. */
export function renderChart(chart: Chart, id: string): string {
  return cleanSvg(svgOf(optionOf(chart), CHART_SIZE), chart, id)
}

function optionOf(chart: Chart): object {
  const { x, y, names, lines = [] } = chart
  const series = chart.stacked === true ? stackedSeries(chart.series) : chart.series
  // A later series would hide an earlier one that it is stacked on.
  const drawn = [...series.entries()].toSorted(([a], [b]) => (chart.stacked === true ? b - a : a - b))
  return {
    animation: false,
    grid: {
      left: PLOT.left,
      top: PLOT.top,
      width: PLOT.width,
      height: PLOT.height,
      outerBoundsMode: 'none',
    },
    xAxis: {
      ...axisOf(x, 'tick-x', names !== undefined),
      type: names === undefined ? (x.log === true ? 'log' : 'value') : 'category',
      ...(names === undefined ? { containShape: false, splitNumber: 6 } : { data: names }),
      axisLine: { onZero: false, lineStyle: { color: marker('axis') } },
      axisTick: { show: names === undefined, lineStyle: { color: marker('axis') }, length: 4 },
      splitLine: { show: false },
    },
    yAxis: {
      ...axisOf(y, 'tick-y'),
      type: y.log === true ? 'log' : 'value',
      splitNumber: 4,
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: marker('grid') } },
    },
    series: drawn.map(([, each], i) =>
      shapeOf(each, chart, i === 0 && lines.length > 0 ? { markLine: markLineOf(lines) } : {}),
    ),
  }
}

function axisOf({ min, max, every, whole, tick }: Axis, label: ClassName, isNamed = false): object {
  return {
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(every !== undefined && !isNamed && { interval: every }),
    ...(whole === true && { minInterval: 1 }),
    axisLabel: {
      color: marker(label),
      fontSize: FONT,
      hideOverlap: true,
      formatter: tick,
      // Between names, the number of those that are left out.
      ...(every !== undefined && isNamed && { interval: every - 1 }),
    },
  }
}

/** Returns the series with the sums of all series up to each. */
function stackedSeries(series: readonly Series[]): readonly Series[] {
  const sums: number[] = []
  return series.map((each) => ({
    ...each,
    values: each.values.map((value, i) => (sums[i] = (sums[i] ?? 0) + (value ?? 0))),
  }))
}

/** Layer of points: the name of a line, which is on layer 5, must not hide one. */
const ABOVE_LABELS = 6

function shapeOf(series: Series, { xs, names, stepWidth }: Chart, more: object): object {
  const { shape, colour, values, highs = [], dashed } = series
  const color = marker(colour)
  const common = { ...more, silent: true, name: series.name }
  const data = names === undefined ? values.map((value, i) => [xs[i] ?? 0, value]) : values
  switch (shape) {
    case 'points':
      return { ...common, z: ABOVE_LABELS, type: 'scatter', symbolSize: 9, itemStyle: { color, opacity: 1 }, data }
    case 'ranges':
      return {
        ...common,
        type: 'line',
        showSymbol: false,
        lineStyle: { color, width: 5 },
        // A gap after each range, so that they are not connected.
        data: values.flatMap((low, i) => [
          [xs[i] ?? 0, low],
          [xs[i] ?? 0, highs[i] ?? null],
          [xs[i] ?? 0, null],
        ]),
      }
    case 'bars':
      return { ...common, type: 'bar', barMaxWidth: 44, barCategoryGap: '35%', itemStyle: { color }, data }
    case 'line':
    case 'area':
      return {
        ...common,
        type: 'line',
        // A single value has no line.
        showSymbol: values.filter((value) => value !== null).length === 1,
        symbol: 'circle',
        symbolSize: 6,
        itemStyle: { color },
        lineStyle: { color, width: 1.6, ...(dashed === true && { type: [5, 4] }) },
        ...(shape === 'area' && { areaStyle: { color, opacity: 1, origin: 'start' } }),
        ...(stepWidth === undefined ? { data } : { step: 'end', data: stepsOf(xs, values, stepWidth) }),
      }
  }
}

/** Moves each value to the start of the time that it covers, and repeats the last one at its end. */
function stepsOf(xs: readonly number[], values: readonly (number | null)[], width: number): readonly unknown[] {
  const starts = values.map((value, i) => [(xs[i] ?? 0) - width / 2, value])
  return [...starts, [(xs.at(-1) ?? 0) + width / 2, values.at(-1) ?? null]]
}

function markLineOf(lines: readonly Line[]): object {
  return {
    silent: true,
    symbol: 'none',
    animation: false,
    data: lines.map(({ axis, at, name, colour }) => ({
      [axis === 'x' ? 'xAxis' : 'yAxis']: at,
      lineStyle: { color: marker(colour), width: 1.4, type: [6, 4] },
      label: {
        formatter: () => name,
        color: marker(colour),
        fontSize: FONT,
        position: axis === 'x' ? 'insideEndTop' : 'insideStartTop',
        distance: 3,
      },
    })),
  }
}

const TAG = /<(\/?)([a-zA-Z]+)((?:[^">]|"[^"]*")*)>/g
const ATTRIBUTE = /([a-zA-Z:_-]+)="([^"]*)"/g
/** Attributes for interaction and for fonts, which the page sets itself. */
const DROPPED = /^(?:style|class|pointer-events|ecmeta_.*|xml:space|xmlns:xlink|version|baseProfile|width|height)$/

/** Rewrites the image of the library: colours and fonts become classes, ids become those of the page. */
function cleanSvg(svg: string, chart: Chart, id: string): string {
  const { x, isTime } = chart
  const content = svg
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/<rect[^>]*fill="none"[^>]*><\/rect>/g, '')
    .replaceAll('\n', '')
    .replace(/zr\d+-c/g, `${id}-c`)
    .replace(TAG, (_, slash: string, name: string, attributes: string) => {
      return slash === '/' ? `</${name}>` : `<${name}${cleanAttributes(attributes)}>`
    })
  const domain = isTime === true ? timeData(x) : ''
  return content.replace(
    /<svg [^>]*>/,
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${CHART_SIZE.width} ${CHART_SIZE.height}"${domain} class="plot" role="img" aria-labelledby="${id}-title ${id}-about">`,
  )
}

/** Returns what the script of the page needs to know about a chart over time. */
function timeData({ min = 0, max = 0, unit = '' }: Axis): string {
  const plot = Object.entries(PLOT).map(([name, value]) => ` data-${name}="${value}"`)
  return ` data-from="${min}" data-to="${max}" data-unit="${unit}"${plot.join('')}`
}

function cleanAttributes(attributes: string): string {
  const classes: string[] = []
  let kept = ''
  for (const [, name = '', value = ''] of attributes.matchAll(ATTRIBUTE)) {
    const colour = BY_MARKER.get(value)
    if (colour !== undefined) classes.push(`${name === 'fill' ? 'f' : 's'}-${colour}`)
    else if (!DROPPED.test(name)) kept += ` ${name}="${value}"`
  }
  return `${classes.length === 0 ? '' : ` class="${classes.join(' ')}"`}${kept}`
}
