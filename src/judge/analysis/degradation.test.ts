import { describe, expect, it } from 'vitest'
import { degradationOf } from './degradation.ts'
import { openOutcome, saturation } from './trial.builder.ts'

const calm = [openOutcome('step', 50), openOutcome('step', 200)]
const lost = { verdict: 'fail', achievedRps: 400 } as const

describe('degradation beyond the limit', () => {
  it('is none-seen when every trial passed', () => {
    expect(degradationOf(calm)).toBe('none-seen')
    expect(degradationOf([])).toBe('none-seen')
  })

  it('is none-seen when the generator twice could not deliver the load', () => {
    const invalid = { verdict: 'invalid', isToolLimited: true } as const
    expect(degradationOf([...calm, openOutcome('step', 500, invalid), openOutcome('step', 500, invalid)])).toBe(
      'none-seen',
    )
  })

  it('is a collapse when a full pool completes less than 90% of what fewer requests in flight complete', () => {
    const overload = openOutcome('step', 500, { ...lost, p99Ms: 1_500 })
    expect(degradationOf([...calm, overload, saturation(359), saturation(400)])).toBe('collapse')
    expect(degradationOf([...calm, overload, saturation(361), saturation(400)])).not.toBe('collapse')
  })

  it('is a collapse when a full pool completes less than 90% of a sustained rate', () => {
    const history = [...calm, saturation(349), openOutcome('hold', 390), openOutcome('refute', 414, lost)]
    expect(degradationOf(history)).toBe('collapse')
  })

  it('is not a collapse when only an overloaded step appeared to complete more', () => {
    const overload = openOutcome('step', 500, { ...lost, achievedRps: 460, p99Ms: 1_500 })
    expect(degradationOf([...calm, overload, saturation(400), openOutcome('hold', 390)])).not.toBe('collapse')
  })

  it('is a cliff when p99 more than triples between the highest sustained rate and the next one', () => {
    const held = openOutcome('hold', 390, { p99Ms: 20 })
    const history = [...calm, openOutcome('step', 500, { ...lost, p99Ms: 900 }), saturation(400), held]
    expect(degradationOf([...history, openOutcome('refute', 414, { ...lost, p99Ms: 61 })])).toBe('cliff')
    expect(degradationOf([...history, openOutcome('refute', 414, { ...lost, p99Ms: 59 })])).toBe('graceful')
  })

  it('is a cliff when the target responds to no request above the limit', () => {
    expect(degradationOf([...calm, openOutcome('step', 500, { ...lost, p99Ms: null })])).toBe('cliff')
  })
})
