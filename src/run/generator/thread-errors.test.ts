import { describe, expect, test } from 'vitest'
import { userFailureOf } from './thread-errors.ts'

const USER = 'file:///app/load/buy.ts'
const OURS = new URL('generator.ts', import.meta.url).href
const NODE = 'at Socket.emit (node:events:518:28)'

/** Returns an error with this stack. */
function thrown(...frames: readonly string[]): Error {
  const error = new TypeError('oops')
  error.stack = ['TypeError: oops', ...frames.map((frame) => `    ${frame}`)].join('\n')
  return error
}

describe('an unhandled error was caused by', () => {
  test.each([
    ['a line of the user', thrown(NODE, `at pay (${USER}:12:5)`, `at next (${OURS}:3:1)`), '/app/load/buy.ts:12 threw'],
    ['a line without a function', thrown(`at ${USER}:7:5`, NODE), '/app/load/buy.ts:7 threw'],
    [
      'a dependency of the user',
      thrown('at parse (file:///app/node_modules/yaml/index.js:9:1)', NODE),
      'code of /app/load/buy.ts threw',
    ],
    [
      'one of our dependencies, called by the user',
      thrown('at fetch (/app/node_modules/undici/index.js:9:1)', `at pay (${USER}:12:5)`),
      '/app/load/buy.ts:12 threw',
    ],
    [
      'a socket error without a listener',
      thrown('at TCPConnectWrap.afterConnect (node:net:1:2)'),
      'code of /app/load/',
    ],
    ['null', null, 'code of /app/load/buy.ts threw outside of a call of the generator: null'],
    [
      'a value without a prototype',
      Object.create(null),
      'code of /app/load/buy.ts threw outside of a call of the generator: a value that cannot be converted to text',
    ],
    ['a value without a stack', 'oops', 'code of /app/load/buy.ts threw outside of a call of the generator: oops'],
  ])('user code: %s', (_, error, expected) => {
    expect(userFailureOf(error, false, [USER])?.message).toContain(expected)
  })

  test.each([
    ['a line of ours', thrown(NODE, `at settle (${OURS}:12:5)`, NODE)],
    ['a line of ours, called by the user', thrown(`at onDone (${OURS}:12:5)`, `at pay (${USER}:12:5)`)],
    ['a library of ours', thrown('at onData (file:///app/node_modules/ws/lib/receiver.js:9:1)', NODE)],
  ])('describe-load: %s', (_, error) => {
    expect(userFailureOf(error, false, [USER])).toBeUndefined()
  })

  test('describe-load, if no code of the user runs in the thread', () => {
    expect(userFailureOf(thrown(NODE), false, [])).toBeUndefined()
  })
})
