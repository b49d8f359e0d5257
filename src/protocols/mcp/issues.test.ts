import { describe, expect, test } from 'vitest'
import { LoadPlanError } from '../../model/errors.ts'
import type { PlanIssue } from '../../model/errors.ts'
import { optionIssues } from './options.ts'
import { requestIssues } from './request-issues.ts'

/** Returns the issues as the author of the plan reads them. */
function reported(issues: readonly PlanIssue[]): string[] {
  return issues.map((issue) => new LoadPlanError([issue]).message)
}

test.each<[string, object]>([
  ['a tool', { tool: 'echo', arguments: { message: 'hi' } }],
  ['a tool without arguments', { tool: 'now', name: 'now', weight: 2, progress: true, read: 'json' }],
  ['a resource', { resource: 'file:///a' }],
  ['a prompt', { prompt: 'greet', arguments: { who: 'you' } }],
  ['a method', { method: 'tools/list', params: { cursor: 'x' } }],
  ['a nonce in an argument', { tool: 'find', arguments: { by: { words: ['a'] } }, nonce: 'by.words.0' }],
  ['a nonce in a parameter', { method: 'x', params: { a: 'b' }, nonce: 'a' }],
  ['no nonce', { tool: 'echo', arguments: { message: 'hi' }, nonce: false }],
])('accepts %s', (_, request) => {
  expect(reported(requestIssues(request, 'request'))).toEqual([])
})

describe('request issues', () => {
  const example = "write request: { tool: 'echo', arguments: { message: 'hello' } }"
  test.each<[unknown, string | RegExp]>([
    ['echo', `request must be an object, got 'echo'\n    → ${example}`],
    [{}, `request must have exactly one of tool, resource, prompt and method, got {}\n    → ${example}`],
    [{ tol: 'echo' }, "request.tol is not a key of an MCP request, got 'echo'\n    → did you mean `request.tool`?"],
    [
      { tool: 'a', prompt: 'b' },
      'request must have exactly one of tool, resource, prompt and method, got {"tool":"a","prompt":"b"}\n    → remove prompt',
    ],
    [
      { tool: 'a', argumnets: {} },
      'request.argumnets is not a key of an MCP request with `tool`, got {}\n    → did you mean `request.arguments`?',
    ],
    [{ resource: 'a:b', arguments: {} }, /^request\.arguments is not a key of an MCP request with `resource`/],
    [{ tool: '' }, "request.tool must be a non-empty string, got ''"],
    [
      { tool: 'a', arguments: [1] },
      "request.arguments must be an object, got [1]\n    → write arguments: { name: 'value' }",
    ],
    [
      { prompt: 'a', arguments: { n: 1 } },
      "request.arguments.n must be a string, like every argument of a prompt, got 1\n    → write n: '1'",
    ],
    [
      { method: 'notifications/cancelled' },
      "request.method must be a request, because a notification gets no reply, got 'notifications/cancelled'",
    ],
    [{ method: 'initialize' }, "request.method is sent automatically when a connection opens, got 'initialize'"],
    [
      { tool: 'a', nonce: true },
      "request.nonce must be the dotted path of an argument, or false, got true\n    → write nonce: 'message'",
    ],
    [
      { tool: 'a', arguments: { n: 1 }, nonce: 'n' },
      "request.nonce must be the dotted path of a string in `arguments`, got 'n'",
    ],
    [{ resource: 'a:b', nonce: 'c' }, "request.nonce must be the dotted path of a string in `params`, got 'c'"],
    [{ tool: 'a', read: 'jsn' }, "request.read must be 'text' or 'json', got 'jsn'\n    → did you mean 'json'?"],
    [{ tool: 'a', progress: 1 }, 'request.progress must be true or false, got 1'],
  ])('%j', (request, message) => {
    const expected = typeof message === 'string' ? message : expect.stringMatching(message)
    expect(reported(requestIssues(request, 'request'))).toEqual([expected])
  })

  test('rejects arguments that are not JSON', () => {
    expect(reported(requestIssues({ tool: 'a', arguments: { n: 1n } }, 'request'))).toEqual([
      'request.arguments must be valid JSON, without bigints or circular references, got [object Object]',
    ])
  })
})

describe('option issues', () => {
  test('accepts valid options', () => {
    const options = {
      health: 'tools/list',
      trailingNewline: true,
      subprotocols: ['mcp'],
      maxInFlight: 4,
      listen: false,
    }
    expect(optionIssues({ ...options, protocolVersion: 'auto' }, 'protocol')).toEqual([])
    expect(optionIssues({ protocolVersion: '2026-07-28' }, 'protocol')).toEqual([])
  })

  test.each<[Readonly<Record<string, unknown>>, string]>([
    [
      { protocolVersion: '2025-06-19' },
      "protocol.protocolVersion must be 'auto', '2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'," +
        " got '2025-06-19'\n    → did you mean '2025-06-18'?",
    ],
    [{ helth: 'ping' }, "protocol.helth is not an option of mcp, got 'ping'\n    → did you mean `protocol.health`?"],
    [{ maxInFlight: 0 }, 'protocol.maxInFlight must be a whole number of at least 1 and at most 100000, got 0'],
    [{ trailingNewline: 'yes' }, "protocol.trailingNewline must be true or false, got 'yes'"],
    [
      { subprotocols: 'mcp' },
      "protocol.subprotocols must be a list of distinct names without spaces or commas, got 'mcp'\n    → write subprotocols: ['mcp']",
    ],
    [
      { subprotocols: ['mcp', 'mcp'] },
      'protocol.subprotocols must be a list of distinct names without spaces or commas, got ["mcp","mcp"]' +
        "\n    → write subprotocols: ['mcp']",
    ],
  ])('%j', (options, message) => {
    expect(reported(optionIssues(options, 'protocol'))).toEqual([message])
  })
})
