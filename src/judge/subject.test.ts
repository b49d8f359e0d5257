import { describe, expect, test } from 'vitest'

import { evenStretches, resultOf } from './result.case.ts'
import { adoptResult, subjectOf } from './subject.ts'

const make = () => resultOf({ stretches: evenStretches(40, 10, () => 10), phases: { calm: [0, 40] } })

describe('the subject of a matcher', () => {
  test('is a result, also one that was read from JSON', () => {
    const result = make()
    const read: unknown = JSON.parse(JSON.stringify(result))
    expect(subjectOf(result, 'toHaveNoErrors')).toEqual({ figures: result, run: result })
    expect(subjectOf(read, 'toHaveNoErrors').run).toBe(read)
  })

  test('is a phase or an operation of a result that was adopted', () => {
    const result = make()
    adoptResult(result)
    const { calm } = result.phases
    expect(subjectOf(calm, 'toHaveNoErrors')).toEqual({ figures: calm, run: result })
    expect(subjectOf(result.operations['GET /'], 'toHaveNoErrors').run).toBe(result)
  })

  test('is known as a part once a matcher has seen the whole', () => {
    const result = make()
    expect(() => subjectOf(result.phases.calm, 'toHaveNoErrors')).toThrow(/cannot tell of which run/)
    subjectOf(result, 'toHaveNoErrors')
    expect(subjectOf(result.phases.calm, 'toHaveNoErrors').run).toBe(result)
  })

  test.each([undefined, null, 5, 'result', {}, [], make().responseTime])('is not %o', (received) => {
    const refusal = expect.objectContaining({ code: 'ERR_LOAD_MATCHER_SUBJECT', name: 'LoadMatcherError' })
    expect(() => subjectOf(received, 'toHaveNoErrors')).toThrow(refusal)
    expect(() => subjectOf(received, 'toHaveNoErrors')).toThrow(TypeError)
  })

  test('that was not awaited is told so', () => {
    expect(() => subjectOf(Promise.resolve(make()), 'toHaveNoErrors')).toThrow(/await the run/)
  })
})
