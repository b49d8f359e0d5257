import { expect, test } from 'vitest'
import { resultOf } from '../../judge/result.builder.ts'
import { doubt } from '../../wording/doubts.ts'
import { type Checked, checkVerdict, unitConclusion, unitFindings } from './conclusion.ts'

function check(name: string, verdict: Checked['verdict']): Checked {
  const result = resultOf({ batches: [{ responsesMs: [10] }] })
  return { area: 'patterns', name, verdict, sent: '50 requests', counted: '50', result }
}

const [first, second, third] = [check('first', 'pass'), check('second', 'fail'), check('third', 'fail')]

test('passes when every check passes, and refers to the first run', () => {
  const { result, ...conclusion } = unitConclusion([first, check('another', 'pass')])
  expect(conclusion).toEqual({
    verdict: 'pass',
    message: '2 of 2 checks passed: describe-load works as documented on this machine.',
    lines: ['pass: first: 50 requests; the server counted 50', 'pass: another: 50 requests; the server counted 50'],
  })
  expect(result).toBe(first.result)
})

test('fails when a check fails, and refers to the first run that shows it', () => {
  const { verdict, message, lines, result } = unitConclusion([first, second, third])
  expect([verdict, message]).toEqual([
    'fail',
    '1 of 3 checks passed: describe-load does not work as documented on this machine.',
  ])
  expect(lines[1]).toBe('fail: second: 50 requests; the server counted 50')
  expect(result).toBe(second.result)
})

test('is invalid when only checks of times failed, on a busy machine', () => {
  const late = check('late', 'invalid')
  const { verdict, message, result } = unitConclusion([first, late])
  expect([verdict, message]).toEqual([
    'invalid',
    '1 of 2 checks passed: this machine was too busy for the others: repeat the suite without other work.',
  ])
  expect(result).toBe(late.result)
  expect(unitConclusion([late, second]).verdict).toBe('fail')
})

test('a check of times is invalid when it does not hold on a busy machine, and any other one fails', () => {
  const quiet = first.result
  const doubts = [doubt({ code: 'saturated-cpu', runDelayRatio: 0.4 })]
  const busy = { ...quiet, generator: { ...quiet.generator, doubts } }
  const timed = { isTimed: true }
  expect(checkVerdict(timed, { holds: true, result: busy })).toBe('pass')
  expect(checkVerdict(timed, { holds: false, result: busy })).toBe('invalid')
  expect(checkVerdict(timed, { holds: false, result: quiet })).toBe('fail')
  expect(checkVerdict({}, { holds: false, result: busy })).toBe('fail')
})

test('the findings have a row for each check so far, with the index of its run', () => {
  const row = { area: 'patterns', sent: '50 requests', counted: '50' }
  expect(unitFindings([first, second])).toEqual({
    checks: [
      { ...row, name: 'first', verdict: 'pass', result: 0 },
      { ...row, name: 'second', verdict: 'fail', result: 1 },
    ],
  })
})
