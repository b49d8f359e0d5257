import { describe, expect, test } from 'vitest'
import type { PlanFault } from '../model/errors.ts'
import { readTracing, resolveTracing } from './tracing.ts'

function faultsOf(read: (faults: PlanFault[]) => unknown): readonly PlanFault[] {
  const faults: PlanFault[] = []
  read(faults)
  return faults
}

describe('tracing in a plan', () => {
  test.each(['off', 'slowest', 'all', 0, 0.1, 1])('accepts %j', (value) => {
    const faults: PlanFault[] = []
    expect(readTracing(value, 'tracing', faults)).toBe(value)
    expect(faults).toEqual([])
  })

  test.each(['some', -0.1, 1.1, Number.NaN, true, null])('rejects %j with the accepted values', (value) => {
    const [fault] = faultsOf((faults) => readTracing(value, 'tracing', faults))
    expect(fault).toMatchObject({ key: 'tracing', rule: "must be 'all', 'slowest', 'off' or a ratio from 0 to 1" })
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
    const [fault] = faultsOf((faults) => resolveTracing({ tracing: 'all', traceEveryRequest: true }, faults))
    expect(fault).toMatchObject({ key: 'traceEveryRequest', rule: 'cannot be combined with `tracing`' })
  })
})
