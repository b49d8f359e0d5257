import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { LoadVerdictError } from '../model/errors.ts'
import type { Leaning, VerdictValue } from '../model/verdict.ts'
import { leaningVerdict, settleSuite, worstOf } from './suite.ts'

const open = (leaning?: Leaning): { readonly verdict: VerdictValue; readonly leaning?: Leaning } => ({
  verdict: 'inconclusive',
  ...(leaning !== undefined && { leaning }),
})

describe('the worst verdict', () => {
  test.each([
    [['pass', 'none', 'fail'], 'fail'],
    [['pass', 'none'], 'none'],
    [['pass', 'pass'], 'pass'],
    [[undefined, 'pass'], 'none'],
  ] as const)('of inconclusive ones that lean to %j leans to %s', (leanings, leaning) => {
    expect(worstOf(leanings.map((each) => open(each)))).toEqual({ verdict: 'inconclusive', leaning })
  })

  test('leans like the inconclusive ones only', () => {
    expect(worstOf([{ verdict: 'pass', leaning: 'fail' }, open('pass')])).toEqual(open('pass'))
  })

  test('leans to no side if it is not inconclusive', () => {
    expect(worstOf([{ verdict: 'pass' }, { verdict: 'fail' }, open('pass')])).toEqual({ verdict: 'fail' })
  })
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
