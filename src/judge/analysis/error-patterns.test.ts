import { describe, expect, it } from 'vitest'
import { ERROR_CLASSES } from '../../model/protocol.ts'
import { evenStretches, eachWith, resultOf, type StretchCase } from '../result.case.ts'
import { errorPatterns } from './error-patterns.ts'

const STRETCHES = 40

function withErrors(errors: (stretch: number) => StretchCase['errors']): ReturnType<typeof resultOf> {
  const calm = evenStretches(STRETCHES, 20, () => 10)
  const stretches = eachWith(calm, (stretch) => ({ errors: errors(stretch) ?? {} }))
  return resultOf({ stretches, phases: { first: [0, 20], second: [20, 40] } })
}

describe('patterns of errors', () => {
  it('are none where nothing failed', () => {
    expect(errorPatterns(withErrors(() => ({})))).toEqual([])
  })

  it('stand with the most frequent first, in the phases that had them', () => {
    const found = errorPatterns(
      withErrors((stretch) => (stretch < 20 ? { 'http-5xx': 1 } : { 'http-5xx': 1, timeout: 3 })),
    )
    expect(found).toMatchObject([
      { class: 'timeout', count: 60, phases: ['second'] },
      { class: 'http-5xx', count: 40, phases: ['first', 'second'] },
    ])
  })

  it.each([
    ['steady', () => 1],
    ['growing', (stretch: number) => (stretch < 20 ? 0 : 1)],
    ['fading', (stretch: number) => (stretch < 20 ? 1 : 0)],
    ['steady', (stretch: number) => (stretch === 30 ? 3 : 0)],
  ] as const)('are %s by how the halves of the run differ, beyond chance', (trend, count) => {
    expect(errorPatterns(withErrors((stretch) => ({ connection: count(stretch) })))[0]).toMatchObject({ trend })
  })

  it('do not grow where only the rate does', () => {
    const stretches = Array.from({ length: STRETCHES }, (_, stretch) => {
      const times = stretch < 20 ? 1 : 5
      return { responsesMs: Array.from({ length: 20 * times }, () => 10), errors: { status: times } }
    })
    expect(errorPatterns(resultOf({ stretches }))[0]).toMatchObject({ count: 120, trend: 'steady' })
  })

  it.each(ERROR_CLASSES)('say what %s usually means', (name) => {
    const [found] = errorPatterns(withErrors((stretch) => (stretch === 0 ? { [name]: 1 } : {})))
    expect(found?.class).toBe(name)
    expect(found?.meaning.length).toBeGreaterThan(20)
  })
})
