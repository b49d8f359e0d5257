import { describe, expect, test } from 'vitest'

import { evenBatches, resultOf } from '../result.builder.ts'
import { abortVerdicts, serviceLevelVerdict } from './service-level.ts'

const result = resultOf({ batches: evenBatches(40, 100, (i) => 10 + (i % 10)) })

describe('a service level', () => {
  test('is met when every limit is met, and lists each limit', () => {
    const verdict = serviceLevelVerdict(result, result, { p50Ms: 20, p999Ms: 50, errorRate: 0.2, rps: 400 })
    expect(verdict.verdict).toBe('pass')
    expect(verdict.details.slice(0, 4).map((line) => line.split(', was')[0])).toEqual([
      'pass: p50 response time below 20 ms',
      'pass: p99.9 response time below 50 ms',
      'pass: error rate below 20%',
      'pass: 400 req/s sustained',
    ])
  })

  test('fails when one limit fails, whatever the others', () => {
    const few = serviceLevelVerdict(result, result, { p99Ms: 12, p999Ms: 50, rps: 1_000 })
    expect([few.verdict, few.observed]).toEqual(['fail', 'missed: 1 of 3 limits broken, 1 not judged, 1 met'])
  })

  test('of an aborted run is undecided, unless a limit fails by itself', () => {
    const aborted = { ...result, ended: 'aborted' } as const
    const verdictOf = (p99Ms: number) => serviceLevelVerdict(aborted, aborted, { p99Ms, errorRate: 0.5 })
    expect(verdictOf(50)).toMatchObject({ verdict: 'fail', isUndecided: true, reason: 'the run was aborted' })
    expect(verdictOf(12).verdict).toBe('fail')
    expect(verdictOf(12).isUndecided).toBeUndefined()
  })

  test('has the verdict of its limit when there is only one', () => {
    expect(serviceLevelVerdict(result, result, { p99Ms: 12 })).toMatchObject({
      verdict: 'fail',
      claim: 'p99 response time below 12 ms',
      observed: expect.stringMatching(/^19\.0 ms /),
    })
  })

  test('is inconclusive when one limit is and none fails, with the worst leaning', () => {
    const open = serviceLevelVerdict(result, result, { p99Ms: 50, errorRate: 0.000_1 })
    expect(open).toMatchObject({ verdict: 'inconclusive', leaning: 'pass' })
    expect(open.advice).toMatch(/^about [\d ]+ more requests would decide \(duration: '\d+s'\)$/)
    const short = resultOf({ batches: evenBatches(20, 10, (i) => 10 + (i % 10)) })
    expect(serviceLevelVerdict(short, short, { p50Ms: 20, p99Ms: 20 }).leaning).toBe('pass')
    expect(serviceLevelVerdict(short, short, { p50Ms: 20, p999Ms: 20 }).leaning).toBe('none')
    expect(serviceLevelVerdict(short, short, { p50Ms: 12, p999Ms: 20 }).leaning).toBe('fail')
  })
})

describe('a running load', () => {
  const running = { ...result, ended: 'running' } as const

  test('fails when a limit is broken with high confidence', () => {
    const [latency, errors] = abortVerdicts(running, { p99Ms: 12, errorRate: 0.5 })
    expect([latency?.verdict, errors?.verdict]).toEqual(['fail', 'invalid'])
  })

  test('is not stopped by a first error before any response, but by many errors', () => {
    const nothing = (count: number): (string | undefined)[] => {
      const batches = Array.from({ length: count }, () => ({ responsesMs: [], errors: { connection: 1 } }))
      const unanswered = resultOf({ batches, rest: { ended: 'running' } })
      return abortVerdicts(unanswered, { errorRate: 0.01 }).map(({ verdict }) => verdict)
    }
    expect(nothing(1)).not.toContain('fail')
    expect(nothing(30)).toEqual(['fail'])
  })

  test('is not stopped by a slow start of 20 requests', () => {
    const start = resultOf({ batches: evenBatches(2, 10, () => 100), rest: { ended: 'running' } })
    expect(serviceLevelVerdict(start, { ...start, ended: 'completed' }, { p99Ms: 50 }).verdict).toBe('fail')
    expect(abortVerdicts(start, { p99Ms: 50 }).map(({ verdict }) => verdict)).not.toContain('fail')
  })

  test('is not stopped by a fail at 95% confidence', () => {
    const batches = evenBatches(40, 25, (i) => (i % 55 === 0 ? 100 : 10))
    const some = resultOf({ batches, rest: { ended: 'running' } })
    expect(serviceLevelVerdict(some, some, { p99Ms: 50 }).verdict).toBe('fail')
    expect(abortVerdicts(some, { p99Ms: 50 }).map(({ verdict }) => verdict)).not.toContain('fail')
  })
})
