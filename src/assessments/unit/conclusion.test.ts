import { expect, test } from 'vitest'
import { resultOf } from '../../judge/result.builder.ts'
import { type CheckedClaim, unitConclusion, unitFindings } from './conclusion.ts'

function claim(text: string, holds: boolean): CheckedClaim {
  return { text, holds, observed: 'the server counted 50', result: resultOf({ batches: [{ responsesMs: [10] }] }) }
}

const [first, second, third] = [claim('first', true), claim('second', false), claim('third', false)]

test('passes when every claim holds, and refers to the first run', () => {
  const { result, ...conclusion } = unitConclusion([first, claim('another', true)])
  expect(conclusion).toEqual({
    verdict: 'pass',
    message: '2 of 2 claims hold on this machine.',
    lines: ['pass: first: the server counted 50', 'pass: another: the server counted 50'],
  })
  expect(result).toBe(first.result)
})

test('fails when a claim does not hold, and refers to the first run that shows it', () => {
  const { verdict, message, lines, result } = unitConclusion([first, second, third])
  expect([verdict, message]).toEqual(['fail', '1 of 3 claims hold on this machine.'])
  expect(lines[1]).toBe('fail: second: the server counted 50')
  expect(result).toBe(second.result)
})

test('finds the claims that do not hold among those checked so far', () => {
  expect(unitFindings([first])).toEqual({ claims: 1, failed: [] })
  expect(unitFindings([first, second])).toEqual({ claims: 2, failed: ['second'] })
})
