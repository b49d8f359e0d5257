import { describe, expect, test } from 'vitest'
import type { PlanIssue } from '../model/errors.ts'
import { readTracing, resolveTracing } from './tracing.ts'

function issuesOf(read: (issues: PlanIssue[]) => unknown): readonly PlanIssue[] {
  const issues: PlanIssue[] = []
  read(issues)
  return issues
}

describe('tracing in a plan', () => {
  test.each(['off', 'slowest', 'all', 0, 0.1, 1])('accepts %j', (value) => {
    const issues: PlanIssue[] = []
    expect(readTracing(value, 'tracing', issues)).toBe(value)
    expect(issues).toEqual([])
  })

  test.each(['some', -0.1, 1.1, Number.NaN, true, null])('rejects %j with the accepted values', (value) => {
    const [issue] = issuesOf((issues) => readTracing(value, 'tracing', issues))
    expect(issue).toMatchObject({ key: 'tracing', rule: "must be 'all', 'slowest', 'off' or a ratio from 0 to 1" })
  })

  test.each([
    [{ tracing: undefined, traceEveryRequest: undefined }, 'slowest'],
    [{ tracing: undefined, traceEveryRequest: true }, 'all'],
    [{ tracing: undefined, traceEveryRequest: false }, 'off'],
    [{ tracing: 0, traceEveryRequest: undefined }, 'off'],
    [{ tracing: 1, traceEveryRequest: undefined }, 'all'],
    [{ tracing: 0.25, traceEveryRequest: undefined }, 0.25],
  ] as const)('resolves %j to %j', (keys, meant) => {
    expect(resolveTracing(keys, [])).toBe(meant)
  })

  test('rejects tracing together with traceEveryRequest', () => {
    const [issue] = issuesOf((issues) => resolveTracing({ tracing: 'all', traceEveryRequest: true }, issues))
    expect(issue).toMatchObject({ key: 'traceEveryRequest', rule: 'cannot be combined with `tracing`' })
  })
})
