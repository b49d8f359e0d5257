import fc from 'fast-check'
import { expect, test } from 'vitest'
import { kindOfMessage, named } from './message-kind.ts'

test.each([
  ['{"result":{},"jsonrpc":"2.0","id":7}', 'reply'],
  ['{"jsonrpc":"2.0","id":7,"result":{}}', 'reply'],
  ['{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":""}}', 'reply'],
  ['{"error":{"code":1},"jsonrpc":"2.0","id":7}', 'reply'],
  ['{ "id" : 7, "result" : {} }', 'reply'],
  ['{"jsonrpc":"2.0","id":7}', 'broken'],
  ['{"result":{},"jsonrpc":"2.0","id":17}', 'foreign'],
  ['{"result":{},"jsonrpc":"2.0","id":"7"}', 'reply'],
  ['{"result":{},"jsonrpc":"2.0","id":"07"}', 'foreign'],
  ['{"result":{"id":7}}', 'foreign'],
  ['{"result":"\\"id\\":7}","id":8}', 'foreign'],
  ['{"error":{"code":1},"jsonrpc":"2.0"}', 'nameless'],
  ['{"error":{"code":1},"jsonrpc":"2.0","id":null}', 'nameless'],
  ['{"method":"notifications/progress","params":{"id":7},"jsonrpc":"2.0"}', 'other'],
  ['{"jsonrpc":"2.0","method":"notifications/progress"}', 'other'],
  ['{"method":"ping","jsonrpc":"2.0","id":7}', 'other'],
  ['{"jsonrpc":"2.0","id":7,"method":"ping"}', 'other'],
  ['[{"method":"x"},{"id":7,"result":1}]', 'reply'],
  ['[{"method":"x"}]', 'other'],
  ['[{"method":"x"},3]', 'broken'],
  ['[]', 'broken'],
  ['{"result":', 'broken'],
  ['null', 'broken'],
  ['', 'broken'],
])('for the request with id 7, %s is %s', (text, kind) => {
  expect(kindOfMessage(text, 7)).toBe(kind)
})

test('the fast check of the text gives the same kind as parsing', () => {
  const id = fc.constantFrom<unknown>(7, 17, '7', null, undefined)
  const part = fc.constantFrom<object>(
    { result: { id: 7 } },
    { error: { code: 1, message: '"id":7}' } },
    { method: 'notifications/x' },
    { method: 'ping' },
    {},
  )
  const shape = fc.constantFrom(
    (some: object, its: unknown) => ({ ...some, jsonrpc: '2.0', id: its }),
    (some: object, its: unknown) => ({ jsonrpc: '2.0', id: its, ...some }),
    (some: object, its: unknown) => ({ id: its, ...some }),
  )
  fc.assert(
    fc.property(part, id, shape, (some, its, build) => {
      const text = JSON.stringify(build(some, its))
      // A leading space disables the fast check.
      expect(kindOfMessage(text, 7)).toBe(kindOfMessage(` ${text}`, 7))
    }),
  )
})

test('named adds the id of the request to an error without an id', () => {
  expect(JSON.parse(named('{"error":{"code":1},"id":null}', 7))).toEqual({ error: { code: 1 }, id: 7 })
})
