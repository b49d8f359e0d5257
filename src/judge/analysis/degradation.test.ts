import { describe, expect, it } from 'vitest'
import { degradationOf } from './degradation.ts'
import { openOutcome, saturation } from './trial.case.ts'

const calm = [openOutcome('step', 50), openOutcome('step', 200)]
const lost = { verdict: 'fail', achievedRps: 400 } as const

describe('degradation beyond the limit', () => {
  it('is none seen while nothing was lost', () => {
    expect(degradationOf(calm)).toBe('none-seen')
    expect(degradationOf([])).toBe('none-seen')
  })

  it('is none seen where the tool gave out twice', () => {
    const invalid = { verdict: 'invalid', toolRanOut: true } as const
    expect(degradationOf([...calm, openOutcome('step', 500, invalid), openOutcome('step', 500, invalid)])).toBe(
      'none-seen',
    )
  })

  it('is a collapse when a full pool completes less than 90% of what fewer requests in flight complete', () => {
    const overload = openOutcome('step', 500, { ...lost, p99Ms: 1_500 })
    expect(degradationOf([...calm, overload, saturation(359), saturation(400)])).toBe('collapse')
    expect(degradationOf([...calm, overload, saturation(361), saturation(400)])).not.toBe('collapse')
  })

  it('is a collapse when a full pool completes less than 90% of a rate that was held', () => {
    const history = [...calm, saturation(349), openOutcome('hold', 390), openOutcome('refute', 414, lost)]
    expect(degradationOf(history)).toBe('collapse')
  })

  it('is no collapse when only an overloaded step seemed to complete more', () => {
    const overload = openOutcome('step', 500, { ...lost, achievedRps: 460, p99Ms: 1_500 })
    expect(degradationOf([...calm, overload, saturation(400), openOutcome('hold', 390)])).not.toBe('collapse')
  })

  it('is a cliff when p99 more than trebles between the highest rate held and the lowest lost', () => {
    const held = openOutcome('hold', 390, { p99Ms: 20 })
    const history = [...calm, openOutcome('step', 500, { ...lost, p99Ms: 900 }), saturation(400), held]
    expect(degradationOf([...history, openOutcome('refute', 414, { ...lost, p99Ms: 61 })])).toBe('cliff')
    expect(degradationOf([...history, openOutcome('refute', 414, { ...lost, p99Ms: 59 })])).toBe('graceful')
  })

  it('is a cliff when beyond the limit nothing is answered at all', () => {
    expect(degradationOf([...calm, openOutcome('step', 500, { ...lost, p99Ms: null })])).toBe('cliff')
  })
})
