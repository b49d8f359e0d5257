import { describe, expect, onTestFinished, test } from 'vitest'

import { evenBatches, resultOf } from './result.builder.ts'
import { adoptResult, setNewestResult, subjectOf } from './subject.ts'

const make = () => resultOf({ batches: evenBatches(40, 10, () => 10), phases: { calm: [0, 40] } })

describe('the subject of a matcher', () => {
  test('can be a result, including one parsed from JSON', () => {
    const result = make()
    const read: unknown = JSON.parse(JSON.stringify(result))
    expect(subjectOf(result, 'toHaveNoErrors')).toEqual({ figures: result, run: result })
    expect(subjectOf(read, 'toHaveNoErrors').run).toBe(read)
  })

  test('can be a phase or an operation of an adopted result', () => {
    const result = make()
    adoptResult(result)
    const { calm } = result.phases
    expect(subjectOf(calm, 'toHaveNoErrors')).toEqual({ figures: calm, run: result })
    expect(subjectOf(result.operations['GET /'], 'toHaveNoErrors').run).toBe(result)
  })

  test('can be a part of a result after a matcher was called on the whole result', () => {
    const result = make()
    expect(() => subjectOf(result.phases.calm, 'toHaveNoErrors')).toThrow(
      /cannot find the run that contains these figures/,
    )
    subjectOf(result, 'toHaveNoErrors')
    expect(subjectOf(result.phases.calm, 'toHaveNoErrors').run).toBe(result)
  })

  test.each([undefined, null, 5, 'result', {}, [], make().responseTime])('cannot be %o', (received) => {
    const refusal = expect.objectContaining({ code: 'ERR_LOAD_MATCHER_SUBJECT', name: 'LoadMatcherError' })
    expect(() => subjectOf(received, 'toHaveNoErrors')).toThrow(refusal)
    expect(() => subjectOf(received, 'toHaveNoErrors')).toThrow(TypeError)
  })

  test('lists the operations and phases of the newest result if it is undefined', () => {
    onTestFinished(() => setNewestResult(undefined))
    setNewestResult(make())
    expect(() => subjectOf(undefined, 'toHaveNoErrors')).toThrow(
      /the newest result of this test has the operation "GET \/", the phase "calm" and no metrics \(metric\('name', value\) records one\)$/,
    )
    setNewestResult({ ...make(), operations: {}, phases: {} })
    expect(() => subjectOf(undefined, 'toHaveNoErrors')).toThrow(/has no operations \(name: '…' .*no phases \(patterns/)
    setNewestResult(undefined)
    expect(() => subjectOf(undefined, 'toHaveNoErrors')).toThrow(/→ pass the result of loadTest/)
  })

  test('that is missing lists the metrics of the newest result', () => {
    onTestFinished(() => setNewestResult(undefined))
    const { responseTime, batches } = make()
    setNewestResult({ ...make(), metrics: { cart_size: Object.assign({}, responseTime, { batches }) as never } })
    expect(() => subjectOf(undefined, 'toHaveNoErrors')).toThrow(
      /no operation, phase or metric has that name: .* the phase "calm" and the metric "cart_size"/,
    )
  })

  test('must be awaited, and the error says so', () => {
    expect(() => subjectOf(Promise.resolve(make()), 'toHaveNoErrors')).toThrow(/await the run/)
  })
})
