import { describe, expect, test } from 'vitest'
import { countVerdicts, isMet, type Leaning, type SidedVerdict, worstFirst, worstOf, worstVerdict } from './verdict.ts'

const open = (leaning?: Leaning): SidedVerdict => ({
  verdict: 'inconclusive',
  ...(leaning !== undefined && { leaning }),
})

test('a fail takes precedence over an invalid verdict, and an invalid one over an inconclusive one', () => {
  expect(worstVerdict(['pass', 'inconclusive', 'invalid', 'fail'])).toBe('fail')
  expect(worstVerdict(['pass', 'inconclusive', 'invalid'])).toBe('invalid')
  expect(worstVerdict(['pass', 'inconclusive'])).toBe('inconclusive')
  expect(worstVerdict(['pass'])).toBe('pass')
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

test('counts verdicts and sorts them, the worst first', () => {
  const verdicts = [{ verdict: 'pass' }, open('pass'), { verdict: 'fail' }, { verdict: 'pass' }] as const
  expect(countVerdicts(verdicts)).toEqual([
    { value: 'fail', count: 1 },
    { value: 'invalid', count: 0 },
    { value: 'inconclusive', count: 1 },
    { value: 'pass', count: 2 },
  ])
  expect(worstFirst(verdicts).map(({ verdict }) => verdict)).toEqual(['fail', 'inconclusive', 'pass', 'pass'])
})

test.each([
  [{ verdict: 'pass' }, true],
  [open('pass'), true],
  [open('none'), false],
  [open('fail'), false],
  [{ verdict: 'invalid' }, false],
  [{ verdict: 'fail' }, false],
] as const)('whether %j is met: %s', (verdict, met) => {
  expect(isMet(verdict)).toBe(met)
})
