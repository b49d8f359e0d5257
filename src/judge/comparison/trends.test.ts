import { describe, expect, test } from 'vitest'
import type { HistoryEntry } from '../../model/baseline.ts'
import { machine, runOf } from './baseline.builder.ts'
import { historyEntry } from './stored-run.ts'
import { newestOf, trendsOf } from './trends.ts'

/** One run a day with these latencies, at commits that start with the number of the run. */
function historyOf(latenciesMs: readonly number[], change: Partial<HistoryEntry> = {}): readonly HistoryEntry[] {
  return latenciesMs.map((ms, index) => ({
    ...historyEntry(runOf(ms, index + 1), { ...machine, commit: `${index}abcdef0123` }),
    ...change,
  }))
}

const scatter = (ms: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => ms * (1 + 0.004 * ((i * 7) % 5)))
const slower = historyOf([...scatter(10, 12), ...scatter(12, 10)])

describe('the trend of a test', () => {
  test('has its runs in order, and the run from which on it is slower', () => {
    const [trend] = trendsOf(slower.toReversed())
    expect(trend?.points.map(({ commit }) => commit)).toEqual(slower.map(({ environment }) => environment.commit))
    const changes = trend?.changes.filter(({ figure }) => figure === 'p95')
    expect(changes).toEqual([
      { figure: 'p95', point: 12, beforeMs: expect.closeTo(11.1, 0), afterMs: expect.closeTo(13.3, 0) },
    ])
  })

  test('leaves out runs on another machine, and keeps tests apart', () => {
    const other = historyOf([50], {
      environment: { ...machine, cpu: 'another' },
      startedAt: '2025-01-01T00:00:00.000Z',
    })
    const trends = trendsOf([...other, ...slower, ...historyOf([7], { test: 'another test' })])
    expect(trends.map(({ test: name, points, leftOut }) => [name, points.length, leftOut])).toEqual([
      ['a case', 22, 1],
      ['another test', 1, 0],
    ])
  })

  test('skips runs whose figure is unknown', () => {
    const unknown = slower.map((entry, index) => (index === 3 ? Object.assign({}, entry, { p95Ms: null }) : entry))
    expect(trendsOf(unknown)[0]?.changes.find(({ figure }) => figure === 'p95')?.point).toBe(12)
  })

  test('may have its newest runs only', () => {
    const [trend] = trendsOf(slower)
    if (trend === undefined) throw new TypeError('the history has a test')
    expect(newestOf(trend, 15)).toMatchObject({ points: { length: 15 }, changes: [{ point: 5 }, {}, {}, {}] })
    expect(newestOf(trend, 8)).toMatchObject({ points: { length: 8 }, changes: [] })
    expect(newestOf(trend, 100)).toEqual(trend)
  })
})
