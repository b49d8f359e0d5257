import { expect, test } from 'vitest'
import { formatLoadCall } from './load-test.ts'

test.each([
  [{}, 'load({})'],
  [{ rate: 50, duration: '5s' }, "load({ rate: 50, duration: '5s' })"],
  [{ duration: 500, concurrency: 4, request: { path: '/' } }, 'load({ concurrency: 4, duration: 500, … })'],
  [{ headers: { authorization: 'Bearer secret' } }, 'load({ … })'],
  [undefined, 'load()'],
  ['http://user:secret@127.0.0.1', 'load(…)'],
] as const)('formats a call with %j as %s', (plan, text) => {
  expect(formatLoadCall(plan)).toBe(text)
})
