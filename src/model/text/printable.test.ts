import fc from 'fast-check'
import { expect, test } from 'vitest'
import { printable } from './printable.ts'

test.each([
  ['\u001b[2Jcleared', '\\x1b[2Jcleared'],
  ['\u001b]0;title\u0007', '\\x1b]0;title\\x07'],
  ['\u001b]8;;http://x\u001b\\link', '\\x1b]8;;http://x\\x1b\\link'],
  ['\u009b31mred\u007f\u0000', '\\x9b31mred\\x7f\\x00'],
  ['over\rwritten\b', 'over\\x0dwritten\\x08'],
  ['a\r\nb\n\tc', 'a\nb\n\tc'],
  ['\u202egnp.exe \u2066x\u2069 \u200f', '\\u202egnp.exe \\u2066x\\u2069 \\u200f'],
  ['a\u2028b\u2029c\u0085d', 'a\\u2028b\\u2029c\\x85d'],
  ['half \ud83d of 😀', 'half \\ud83d of 😀'],
  ['x\n::error::y', 'x\n\\x3a:error::y'],
  ['::add-mask::y', '\\x3a:add-mask::y'],
  ['x\n  \t::stop-commands::y', 'x\n  \t\\x3a:stop-commands::y'],
  ['long line ::set-output name=a::b', 'long line \\x3a:set-output name=a::b'],
  ['x ##[error]y ##vso[task.complete]z ##teamcity[a]', 'x #\\x23[error]y #\\x23vso[task.complete]z #\\x23teamcity[a]'],
  ['listens on ::1, ::ffff:127.0.0.1 and [::]; Foo::bar', 'listens on ::1, ::ffff:127.0.0.1 and [::]; Foo::bar'],
  ['déjà vu · ≤ 5 → 😀 ## heading', 'déjà vu · ≤ 5 → 😀 ## heading'],
])('%j becomes %j', (text, shown) => {
  expect(printable(text)).toBe(shown)
})

test('shows no control character and no command, for any text, and changes its result no further', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '\n',
      '\r',
      ' ',
      '\t',
      '::',
      ':',
      '##',
      '[',
      'error',
      '\u001b[',
      '\u009d',
      '\u2028',
      '\ud800',
      '\u202e',
    ),
  )
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const shown = printable(pieces.join(''))
      // oxlint-disable-next-line no-control-regex -- the expression searches for control characters
      expect(shown).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/)
      expect(shown).not.toMatch(/^\s*::/m)
      expect(shown).not.toMatch(/##(?:vso)?\[/)
      expect(shown.isWellFormed()).toBe(true)
      expect(printable(shown)).toBe(shown)
    }),
    { numRuns: 500 },
  )
})
