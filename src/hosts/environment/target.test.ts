import { describe, expect, test } from 'vitest'
import { environmentTarget } from './target.ts'
import { environmentValues } from './variables.ts'

const HTTP = { target: 'http://127.0.0.1:1' }
const command = (url: string) => ({ target: { command: ['node', 'server.js'], url } })

describe('the target of the environment', () => {
  test.each([
    ['no variable keeps the target', HTTP, {}, undefined],
    ['LOAD_TARGET replaces a target', HTTP, { LOAD_TARGET: 'localhost:2' }, 'http://localhost:2'],
    ['LOAD_TARGET replaces a command', command('http://a:{port}'), { LOAD_TARGET: 'http://b' }, 'http://b'],
    ['LOAD_TARGET replaces a function', { target: () => 'ws://a' }, { LOAD_TARGET: 'ws://b' }, 'ws://b'],
    ['LOAD_TARGET is used if there is none', {}, { LOAD_TARGET: 'ws://b' }, 'ws://b'],
    [
      'the variable of the protocol comes first',
      HTTP,
      { LOAD_TARGET: 'ws://b', LOAD_TARGET_HTTP: 'c:2' },
      'http://c:2',
    ],
    ['the variable of another protocol has no effect', HTTP, { LOAD_TARGET_TCP: 'tcp://b:2' }, undefined],
    ['an HTTP URL serves MCP', { ...HTTP, protocol: 'mcp' }, { LOAD_TARGET: 'http://b/mcp' }, 'mcp+http://b/mcp'],
    ['an HTTP URL serves WebSocket', command('ws://a:{port}'), { LOAD_TARGET: 'https://b' }, 'wss://b'],
    ['a command serves MCP', { target: { stdio: ['a'] } }, { LOAD_TARGET: '["b"]' }, { stdio: ['b'] }],
    [
      'a custom protocol takes any target',
      { protocol: new URL('file:///x.ts') },
      { LOAD_TARGET: 'mine://b' },
      'mine://b',
    ],
  ] as const)('%s', (_, plan, env, target) => {
    expect(environmentTarget(plan, environmentValues(env))).toEqual(target)
  })

  test('a target of another protocol is an error that names the variable to set', () => {
    expect(() =>
      environmentTarget({ target: 'tcp://127.0.0.1:1' }, environmentValues({ LOAD_TARGET: 'http://b' })),
    ).toThrow(
      "LOAD_TARGET must be a target of 'tcp', which this load test uses, got 'http://b'\n    → set LOAD_TARGET_TCP as well",
    )
  })

  test('the requests show the protocol of a target that is a function', () => {
    const socket = { target: () => 'ws://a', request: { data: 'x' } } as const
    expect(() => environmentTarget(socket, environmentValues({ LOAD_TARGET: 'http://b' }))).toThrow(
      "LOAD_TARGET must be a target of 'tcp' or 'websocket', which this load test uses, got 'http://b'\n    → set LOAD_TARGET_TCP or LOAD_TARGET_WEBSOCKET as well",
    )
    const both = { LOAD_TARGET: 'http://b', LOAD_TARGET_WEBSOCKET: 'ws://c' }
    expect(environmentTarget(socket, environmentValues(both))).toBe('ws://c')
    expect(environmentTarget({ workload: { a: { path: '/' } } }, environmentValues(both))).toBe('http://b')
  })

  test('an invalid variable is an error, even if it does not concern the target', () => {
    expect(() => environmentValues({ LOAD_RATE: 'abc' })).toThrow(
      "LOAD_RATE must be a number of requests per second greater than 0, got 'abc'",
    )
  })
})
