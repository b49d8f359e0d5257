import { expect, test } from 'vitest'
import { wrap } from './page.ts'

const filler = 'x'.repeat(78)

test.each(['1 200', '14 970 000', 'n = 40', '2.5 s', '390 req/s'])('does not break %j', (figure) => {
  expect(wrap(`${filler} ${figure} requests`, 0)).toContain(`\n  ${figure} requests`)
})

test('breaks between a figure and a word', () => {
  expect(wrap(`${filler.slice(3)} 1200 requests`, 0)).toBe(`${filler.slice(3)} 1200\n  requests`)
})
