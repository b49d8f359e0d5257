import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { LoadVerdictError } from '../model/errors.ts'
import type { Leaning, VerdictValue } from '../model/verdict.ts'
import { leaningVerdict, settleSuite } from './suite.ts'

const open = (leaning?: Leaning): { readonly verdict: VerdictValue; readonly leaning?: Leaning } => ({
  verdict: 'inconclusive',
  ...(leaning !== undefined && { leaning }),
})

test('a step of a search counts as the side it leans to, and as inconclusive when it leans to neither', () => {
  expect([open('pass'), open('fail'), open('none'), open()].map(leaningVerdict)).toEqual([
    'pass',
    'fail',
    'inconclusive',
    'inconclusive',
  ])
  expect(leaningVerdict({ verdict: 'invalid' })).toBe('invalid')
})

describe('a suite that ran no load', () => {
  beforeEach(() => {
    vi.spyOn(console, 'log').mockReturnValue()
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  const settle = (verdict: VerdictValue, leaning?: Leaning): void => {
    const code = 'ERR_LOAD_SCENARIO'
    settleSuite({
      matcher: 'aSuite',
      verdict,
      leaning,
      message: 'the answer',
      lines: ['more'],
      result: undefined,
      code,
    })
  }

  test.each([
    ['pass', undefined],
    ['inconclusive', 'pass'],
  ] as const)('is green for %s leaning to %s', (verdict, leaning) => {
    expect(() => settle(verdict, leaning)).not.toThrow()
    expect(console.log).toHaveBeenCalledWith('the answer\n  more')
  })

  test.each([
    ['fail', undefined],
    ['invalid', undefined],
    ['inconclusive', 'fail'],
    ['inconclusive', 'none'],
    ['inconclusive', undefined],
  ] as const)('is red for %s leaning to %s', (verdict, leaning) => {
    expect(() => settle(verdict, leaning)).toThrow(LoadVerdictError)
    expect(() => settle(verdict, leaning)).toThrow(expect.objectContaining({ code: 'ERR_LOAD_SCENARIO', verdict }))
  })
})
