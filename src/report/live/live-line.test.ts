import { describe, expect, test } from 'vitest'
import { followed, type FollowedLoad, liveLine } from './live-line.ts'
import type { Progress } from './progress.ts'

const progress: Progress = {
  runId: 'a',
  name: 'checkout API > survives a burst of ten times the usual rate',
  phase: null,
  elapsedMs: 12_000,
  plannedMs: 30_000,
  offeredRps: 1_500,
  throughputRps: 1_499,
  p50Ms: 12.1,
  p99Ms: 83.2,
  errors: 3,
  dropped: 0,
  inFlight: 6,
  busyRatio: null,
}
const P99S = [20, 40, null, 83.2]

function textOf(change: Partial<Progress>, columns: number): string {
  return liveLine({ progress: { ...progress, ...change }, p99s: P99S }, columns)
    .map(({ text }) => text)
    .join('')
}

describe('the line of a running load', () => {
  test('has everything in words on a wide terminal', () => {
    expect(textOf({}, 133)).toBe(
      'checkout API …ten times the usual rate  █████░░░░░░░ 12/30 s  1 500 → 1 499 req/s  p50 12.1  p99 83.2 ms  3 errors  6 in flight  ▂▄ █',
    )
  })

  test('is short on a terminal of 80 columns', () => {
    expect(textOf({}, 73)).toBe('che…l rate ██░░░ 12/30s 1 500→1 499/s p50 12.1 p99 83.2 3 err 6 open ▂▄ █')
  })

  test('shows only the achieved rate where no rate is offered', () => {
    expect(textOf({ offeredRps: null }, 133)).toContain(' 12/30 s  1 499 req/s  p50')
    expect(textOf({ offeredRps: null }, 73)).toContain(' 12/30s 1 499/s p50')
  })

  test('begins its chart with the first response, and has none before it', () => {
    const chartOf = (p99s: readonly (number | null)[]): string | undefined =>
      liveLine({ progress, p99s }, 140).at(-1)?.text
    expect(chartOf([null, null, 40, 80])).toBe('▄█')
    expect(chartOf([null])).toBe('6 in flight')
  })

  test('shows which part of a suite runs, and how long the others take', () => {
    const part = { number: 3, of: 12, isExact: false, leftMs: 40_000 }
    const line = textOf({ name: 'limits', phase: '200 req/s', part }, 180)
    expect(line).toMatch(/^limits: 200 req\/s {2}3 of ~12 {2}█/)
    expect(textOf({ part: { ...part, isExact: true } }, 73)).toMatch(/^\S+.* 3\/12 ██░░░ /)
    expect(line).toMatch(/  40 s left$/)
  })

  test('warns when the generator is near its limit', () => {
    const busy = { progress: { ...progress, busyRatio: 0.86 }, p99s: P99S }
    const parts = liveLine(busy, 160)
    expect(parts).toContainEqual({ text: 'generator 86% busy', tone: 'warning' })
    expect(liveLine(busy, 80)).toContainEqual({ text: '!busy', tone: 'warning' })
  })

  test.each([20, 40, 60, 73, 80, 100, 119, 120, 133, 200])('fits into %i columns', (columns) => {
    for (const change of [
      {},
      { busyRatio: 0.9, dropped: 1_200_000, errors: 5_000_000 },
      { name: 'x', p50Ms: null, p99Ms: null },
    ]) {
      expect(textOf(change, columns).length).toBeLessThanOrEqual(columns)
    }
  })
})

describe('the chart of a running load', () => {
  const p99sOf = (...seconds: readonly Partial<Progress>[]): FollowedLoad['p99s'] | undefined =>
    seconds.reduce<FollowedLoad | undefined>((before, each) => followed(before, { ...progress, ...each }), undefined)
      ?.p99s

  test('continues when the phase changes, and starts again with another load of the test', () => {
    expect(p99sOf({ phase: 'ramp', p99Ms: 1 }, { phase: 'hold', p99Ms: 2 })).toEqual([1, 2])
    expect(p99sOf({ p99Ms: 1 }, { runId: 'b', p99Ms: 2 }, { runId: 'b', p99Ms: null })).toEqual([2, null])
  })

  test('shows at most the last minute', () => {
    const seconds = Array.from({ length: 80 }, (_, second) => ({ p99Ms: second }))
    expect(p99sOf(...seconds)).toEqual(seconds.slice(-60).map(({ p99Ms }) => p99Ms))
  })
})
