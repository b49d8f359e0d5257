import { describe, expect, test } from 'vitest'
import { eachWith, evenBatches, resultOf } from '../../../schemas/findings.builder.ts'
import type { LoadResult, TargetSample } from '../../../model/result.ts'
import { writtenResult } from '../../../model/written-result.ts'
import type { Chart } from './chart.ts'
import { timelineOf } from './timeline.ts'
import { latencyOverTime } from './latency-over-time.ts'
import { percentilesChart } from './percentiles.ts'
import { resultCharts } from './registry.ts'
import { renderChart } from './render-chart.ts'
import { timeAxisOf } from './time-axis.ts'

function sampleAt(atMs: number): TargetSample {
  return {
    atMs,
    cpuPercent: 40,
    busiestProcessCpuPercent: 30,
    rssMb: 120,
    openSockets: 4,
    bytesIn: null,
    bytesOut: null,
  }
}
const samples = [0, 1_000, 2_000, 3_000].map(sampleAt)

/** A run of 10 s in which the third second is slow and has errors. */
const batches = eachWith(
  evenBatches(40, 25, (i) => (i >= 200 && i < 300 ? 80 : 5)),
  (i) => (i >= 8 && i < 12 ? { errors: { 'http-5xx': 2, timeout: 1 }, inFlight: 9 } : {}),
)
const result = resultOf({
  batches,
  plan: { sla: { p99Ms: 50, p50Ms: 4_000 } },
  rest: { target: { url: 'http://127.0.0.1/', pids: [1, 2], samples }, statuses: { 200: 1_000, 503: 8 } },
})

function chartsOf(run: LoadResult): ReadonlyMap<string, Chart> {
  const charts = resultCharts.flatMap((build) => build(run, timeAxisOf(run), timelineOf(run)) ?? [])
  return new Map(charts.map((chart) => [chart.title, chart]))
}

function valuesOf(chart: Chart | undefined): Readonly<Record<string, readonly (number | null)[]>> {
  return Object.fromEntries(chart?.series.map(({ name, values }) => [name, values]) ?? [])
}

describe('charts of a result', () => {
  const charts = chartsOf(result)

  test.each([...charts.values()])(
    '$title has one value per place, one colour per series, and a common time axis',
    (chart) => {
      for (const { values } of chart.series) expect(values.length).toBe(chart.xs.length)
      expect(new Set(chart.series.map(({ colour }) => colour)).size).toBe(chart.series.length)
      expect([chart.isTime, chart.x.min, chart.x.max]).toEqual([true, 0, 10])
      expect(chart.about).toMatch(/^[A-Z].*\.$/)
      expect(renderChart(chart, 'a')).toMatch(/^<svg .*<\/svg>$/)
    },
  )

  test('shows the slow second in the response times, with the limit that is near', () => {
    const chart = charts.get('Response time')
    const { p50, p99 } = valuesOf(chart)
    expect([p50?.[0], p99?.[0], p50?.[8], p99?.[8]].map((ms) => Math.round(ms ?? 0))).toEqual([5, 5, 80, 80])
    expect(chart?.lines?.map(({ name, at }) => [name, at])).toEqual([['p99 limit 50 ms', 50]])
  })

  test('response times over time have the limits that verdicts asserted, each once', () => {
    const asserted = [
      { percentile: 95, limitMs: 30 },
      { percentile: 95, limitMs: 30 },
      { percentile: 99, limitMs: 50 },
      { percentile: 50, limitMs: 9_000 },
    ]
    const chart = latencyOverTime(result, timeAxisOf(result), timelineOf(result), asserted)
    expect(chart?.lines?.map(({ name }) => name)).toEqual(['p99 limit 50 ms', 'p95 limit 30 ms'])
  })

  test('shows offered and achieved rate per second', () => {
    const { offered, achieved } = valuesOf(charts.get('Offered and achieved rate'))
    expect([offered?.[0], achieved?.[0], offered?.[8], achieved?.[8]]).toEqual([100, 100, 112, 100])
  })

  test.each([
    ['no rate from the last responses of a run that ends', 6, null],
    ['the rate of the measured time in', 200, 125],
  ])('shows %s a part of %d ms', (_, drainMs, rate) => {
    const drained = resultOf({ batches: evenBatches(41, 25, () => 5), rest: { durationMs: 10_000, drainMs } })
    const { achieved } = valuesOf(chartsOf(drained).get('Offered and achieved rate'))
    expect([achieved?.[39], achieved?.[40]]).toEqual([100, rate])
  })

  test.each([
    ['in the closed model', { arrivals: 'closed' } as const],
    ['of the steps of journeys', { journeys: result }],
  ])('shows only the achieved rate %s, because responses determine it', (_, change) => {
    const { offered, achieved } = valuesOf(chartsOf({ ...result, ...change }).get('Achieved rate'))
    expect([offered, achieved?.[8]]).toEqual([undefined, 100])
  })

  test('shows requests in flight', () => {
    const { 'in flight': inFlight } = valuesOf(charts.get('In flight'))
    expect([inFlight?.[7], inFlight?.[8], inFlight?.[12]]).toEqual([0, 9, 0])
  })

  test('shows errors by class, the most frequent first', () => {
    expect(Object.entries(valuesOf(charts.get('Failed requests')))).toEqual([
      ['http-5xx', [0, 0, 8, 0, 0, 0, 0, 0, 0, 0]],
      ['timeout', [0, 0, 4, 0, 0, 0, 0, 0, 0, 0]],
    ])
  })

  test('shows CPU and memory of the target', () => {
    expect(valuesOf(charts.get('CPU of the target'))).toEqual({
      target: [40, 40, 40, 40],
      'busiest process': [30, 30, 30, 30],
    })
    expect(valuesOf(charts.get('Memory of the target'))).toEqual({ memory: [120, 120, 120, 120] })
  })

  test('leaves out what a result does not have', () => {
    const calm = resultOf({ batches: evenBatches(8, 10, () => 5) })
    expect([...chartsOf(calm).keys()]).toEqual(['Response time', 'Offered and achieved rate', 'In flight'])
    const silent = resultOf({
      batches: eachWith(
        evenBatches(8, 0, () => 5),
        () => ({ errors: { timeout: 2 } }),
      ),
    })
    expect([...chartsOf(silent).keys()]).toEqual(['Offered and achieved rate', 'In flight', 'Failed requests'])
  })

  test('are the same from an artifact', () => {
    const stored = JSON.parse(JSON.stringify(writtenResult(result))) as LoadResult
    expect([...chartsOf(stored)].map(([title, { xs }]) => [title, xs])).toEqual(
      [...charts].map(([title, { xs }]) => [title, xs]),
    )
    expect(valuesOf(chartsOf(stored).get('Failed requests'))).toEqual(valuesOf(charts.get('Failed requests')))
  })
})

test('shows a long run by its intervals, in minutes', () => {
  const long = resultOf({ batches: evenBatches(60, 20, () => 5), batchMs: 4_000 })
  const timeline = timelineOf(long)
  expect(timeline).toHaveLength(long.intervals.length)
  expect(timeAxisOf(long).axis.max).toBe(4)
  expect(timeAxisOf(long).axis.tick(2)).toBe('2 min')
})

test('makes the axis logarithmic if a few values are far above the usual ones', () => {
  const spiky = resultOf({ batches: evenBatches(40, 20, (i) => (i === 400 ? 2_000 : 1)) })
  expect([chartsOf(spiky), chartsOf(result)].map((charts) => charts.get('Response time')?.y.log)).toEqual([true, false])
})

describe('percentilesChart', () => {
  test('shows each result up to its last request, on a scale of nines', () => {
    const large = resultOf({ batches: evenBatches(40, 50, (i) => 1 + (i % 100)) })
    const small = resultOf({ batches: evenBatches(10, 10, (i) => 1 + i) })
    const chart = percentilesChart([
      { name: 'large', result: large },
      { name: 'small', result: small },
    ])
    const at = (name: string, percentile: number): number | null | undefined =>
      valuesOf(chart)[name]?.[Math.round(-10 * Math.log10(1 - percentile / 100))]
    expect([at('large', 90), at('large', 99), at('small', 90)].map((ms) => Math.round(ms ?? 0))).toEqual([90, 99, 90])
    expect([at('small', 99), at('small', 99.9)]).toEqual([expect.any(Number), null])
    expect([0, 1, 2, 3, 4].map((place) => chart?.x.tick(place))).toEqual(['0%', 'p90', 'p99', 'p99.9', 'p99.99'])
  })

  test('shows nothing without a response', () => {
    expect(percentilesChart([{ name: 'a', result: resultOf({ batches: evenBatches(4, 0, () => 1) }) }])).toBeUndefined()
  })
})
