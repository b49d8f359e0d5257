import { getPublicSuffix } from 'tough-cookie'
import { expect, test } from 'vitest'
import { isPublicSuffix, PUBLIC_SUFFIXES } from './public-suffixes.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'.split('')
const COUNTRIES = LETTERS.flatMap((first) => LETTERS.map((second) => first + second))

/** tough-cookie names the site of a domain its public suffix. */
function isSuffixInList(domain: string): boolean {
  return getPublicSuffix(`shop.${domain}`) === `shop.${domain}`
}

test.each(Object.entries(PUBLIC_SUFFIXES))(
  'the countries with the public suffix %s are those of the list',
  (label, has) => {
    const listed = COUNTRIES.filter((country) => isSuffixInList(`${label}.${country}`)).join(' ')
    // When the list has changed, copy its countries into the table.
    expect(has).toBe(listed)
  },
)

test.each([
  ['com', true],
  ['co.uk', true],
  ['com.au', true],
  ['co.fr', false],
  ['shop.co.uk', false],
  ['example.com', false],
  ['uk.com', false],
])('%s is a public suffix: %s', (domain, expected) => {
  expect(isPublicSuffix(domain)).toBe(expected)
})
