import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { isPlainObject } from './plain-object.ts'

test.each([
  ['an object', {}, true],
  ['an object without a prototype', Object.create(null), true],
  ['an array', [1], true],
  ['an object of another realm', runInNewContext('({ a: 1 })'), true],
  ['a map', new Map(), false],
  ['a map of another realm', runInNewContext('new Map()'), false],
  ['an instance of a class', new URL('http://127.0.0.1'), false],
  ['a string', 'text', false],
  ['null', null, false],
])('%s', (_, value, isPlain) => {
  expect(isPlainObject(value)).toBe(isPlain)
})
