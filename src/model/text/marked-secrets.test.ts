import { describe, expect, test } from 'vitest'
import { secretsOfFeed, secretsOfSetup } from './marked-secrets.ts'

describe('the secrets of a feed', () => {
  const records = [
    { name: 'Ann', password: 'hunter2', pin: 4_711_000, more: { answers: ['blue', 'cat'] } },
    { name: 'Bob', password: 'hunter3', more: null },
  ]

  test('are the values of the named fields', () => {
    expect([...secretsOfFeed(records, ['password', 'pin'])]).toEqual(['hunter2', '4711000', 'hunter3'])
    expect([...secretsOfFeed(records, ['more'])]).toEqual(['blue', 'cat'])
    expect([...secretsOfFeed(records, [])]).toEqual([])
  })

  test('are all values of a secret feed, and none of another one', () => {
    const all = ['Ann', 'hunter2', '4711000', 'blue', 'cat', 'Bob', 'hunter3']
    expect([...secretsOfFeed(records, true)]).toEqual(all)
    expect([...secretsOfFeed(records, false)]).toEqual([])
  })
})

describe('the secrets of the result of a setup', () => {
  test.each<[string, unknown, readonly string[]]>([
    ['a string', 'plain words', ['plain words']],
    ['a value under the name of a secret', { password: 'plain' }, ['plain']],
    ['a value that looks like a token', { id: ['a1b2c3d4e5'] }, ['a1b2c3d4e5']],
    ['all values of a marked object', { secret: true, user: 'ann', numbers: [123_456] }, ['ann', '123456']],
    ['all values of a marked object within it', { cart: 'seven', who: { secret: true, a: { b: 'ann' } } }, ['ann']],
    ['no word', { cart: 'seven', secret: false }, []],
    ['no path and no URL', { next: '/orders/2026/of-customer-12345', url: 'http://127.0.0.1:3000/orders/1' }, []],
    ['nothing', undefined, []],
  ])('are %s', (_, result, secrets) => {
    expect([...secretsOfSetup(result)]).toEqual(secrets)
  })
})
