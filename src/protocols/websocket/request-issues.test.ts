import { describe, expect, test } from 'vitest'
import { LoadPlanError } from '../../model/errors.ts'
import { requestIssues } from './request-issues.ts'

function reported(request: unknown): string {
  return new LoadPlanError(requestIssues(request, 'request')).message
}

describe('a WebSocket request', () => {
  test.each<[object]>([
    [{}],
    [{ data: '' }],
    [{ data: new Uint8Array(3), replies: 0, name: 'tell', weight: 2 }],
    [{ replies: 10, read: 'json' }],
    [{ ping: true, name: 'pulse' }],
    [{ ping: false, data: 'x' }],
    [{ data: '{"a":1}', correlate: 'id' }],
    [{ data: Buffer.from('{}'), correlate: 'id' }],
    [{ data: '{"user":{{user.id}}}', correlate: 'id' }],
    [{ data: 'x', correlate: 'order' }],
    [{ data: { length: 3, chunks: () => [] } }],
  ])('accepts %j', (request) => {
    expect(requestIssues(request, 'request')).toEqual([])
  })

  test.each<[unknown, string]>([
    ['hello', "request must be an object, got 'hello'\n    → write request: { data: 'hello' }"],
    [
      { data: { a: 1 } },
      'request.data must be a string or a Uint8Array, got {"a":1}\n    → write data: JSON.stringify(…)',
    ],
    [
      { data: { length: 3, chunks: () => [] }, correlate: 'id' },
      `request.data must be a JSON object, so that \`correlate: 'id'\` can give it an id, got {"length":3}`,
    ],
    [{ data: 3 }, 'request.data must be a string or a Uint8Array, got 3'],
    [{ dta: 'x' }, "request.dta is not a key of a WebSocket request, got 'x'\n    → did you mean `request.data`?"],
    [{ data: 'x', replies: -1 }, 'request.replies must be a whole number of at least 0, got -1'],
    [{ data: 'x', correlate: 'ids' }, "request.correlate must be 'order' or 'id', got 'ids'\n    → did you mean 'id'?"],
    [
      { replies: 0 },
      'request.replies must be at least 1 when no `data` is sent, got 0\n    → write the data to send, or the number of messages to wait for',
    ],
    [{ data: 'x', replies: 0, read: 'text' }, "request.read needs a response, but `replies` is 0, got 'text'"],
    [
      { data: '[1]', correlate: 'id' },
      "request.data must be a JSON object, so that `correlate: 'id'` can give it an id, got '[1]'",
    ],
    [
      { data: 'x', correlate: 'id' },
      "request.data must be a JSON object, so that `correlate: 'id'` can give it an id, got 'x'",
    ],
    [
      { correlate: 'id' },
      "request.data must be a JSON object, so that `correlate: 'id'` can give it an id, got undefined",
    ],
    [{ ping: 'yes' }, "request.ping must be true or false, got 'yes'"],
  ])('rejects %j', (request, message) => {
    expect(reported(request)).toBe(message)
  })

  test('reports every key that cannot be combined with ping', () => {
    expect(reported({ ping: true, data: 'x', replies: 2, correlate: 'id', read: 'text' }).split('\n')).toEqual([
      'the plan has 4 issues',
      "  - request.data cannot be combined with `ping`, got 'x'",
      '  - request.replies cannot be combined with `ping`, got 2',
      "  - request.correlate cannot be combined with `ping`, got 'id'",
      "  - request.read cannot be combined with `ping`, got 'text'",
    ])
  })
})
