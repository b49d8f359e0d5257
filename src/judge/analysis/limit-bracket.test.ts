import { describe, expect, it } from 'vitest'
import { bracketOf } from './limit-bracket.ts'
import { openOutcome } from './trial.builder.ts'

const failed = { verdict: 'fail' } as const

describe('the bracket of a limit', () => {
  it('is between the highest rate that passed and the lowest that did not', () => {
    const history = [openOutcome('step', 200), openOutcome('hold', 390), openOutcome('refute', 414, failed)]
    expect(bracketOf(history)).toMatchObject({ low: 390, high: 414, highIsFirm: true, floor: 200 })
  })

  it('has no end at a rate that fails in one trial and passes in another', () => {
    const history = [openOutcome('hold', 195, failed), openOutcome('hold', 195)]
    expect(bracketOf(history)).toMatchObject({ low: null, high: null, topHeld: 195 })
    const lower = [...history, openOutcome('hold', 185), openOutcome('refute', 207, failed)]
    expect(bracketOf(lower)).toMatchObject({ low: 185, high: 207 })
  })

  it('has its lower end below every rate that failed in a full-length trial', () => {
    const history = [openOutcome('hold', 180), openOutcome('hold', 190), openOutcome('hold', 185, failed)]
    expect(bracketOf(history)).toMatchObject({ low: 180, high: null })
  })

  it('prefers a full-length trial to a step', () => {
    const history = [openOutcome('step', 200, failed), openOutcome('hold', 210)]
    expect(bracketOf(history)).toMatchObject({ low: 210, high: null })
  })

  it('does not confirm a rate that passed unexpectedly until a higher one passes as well', () => {
    const refuted = openOutcome('refute', 190)
    const history = [openOutcome('hold', 165), refuted, openOutcome('refute', 206, failed)]
    expect(bracketOf(history)).toMatchObject({ low: 165, topHeld: 190, high: 206 })
    expect(bracketOf([...history.slice(0, 2), openOutcome('hold', 200)])).toMatchObject({ low: 200 })
  })

  it('stays when the generator cannot deliver the recommended rate, which is below the limit', () => {
    const found = [openOutcome('hold', 78), openOutcome('refute', 83, failed)]
    const busy = openOutcome('recommend', 62, { verdict: 'invalid', isToolLimited: true })
    expect(bracketOf([...found, busy, busy])).toMatchObject({ low: 78, high: 83, isToolLimited: false })
    const late = openOutcome('hold', 90, { verdict: 'invalid', isToolLimited: true })
    expect(bracketOf([...found, late, late]).isToolLimited).toBe(true)
  })

  it('is not firm after a single failure of a hold trial', () => {
    const once = [openOutcome('hold', 180, failed), openOutcome('hold', 165)]
    expect(bracketOf(once)).toMatchObject({ low: 165, high: 180, highIsFirm: false })
    expect(bracketOf([openOutcome('hold', 180, failed), ...once])).toMatchObject({ high: 180, highIsFirm: true })
  })
})
