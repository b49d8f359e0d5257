import { describe, expect, test } from 'vitest'
import { LoadPlanError } from '../../model/errors.ts'
import { tcp, tcpKind } from './index.ts'
import type { Framing } from './index.ts'

function reportedFor(options: Readonly<Record<string, unknown>>): readonly string[] {
  return tcpKind.optionIssues(options, 'protocol').map((issue) => new LoadPlanError([issue]).message)
}

function reported(framing: Framing, request: unknown): readonly string[] {
  const issues = tcpKind.create(tcp({ framing })).issuesOf(request, 'request')
  return issues.map((issue) => new LoadPlanError([issue]).message)
}

describe('options', () => {
  test.each([
    {},
    { framing: 'newline' },
    { framing: 'until-close', maxInFlight: 1 },
    { framing: { length: 4 }, maxInFlight: 64 },
    { framing: { length: 1, endian: 'little', includesPrefix: true } },
    { framing: { delimiter: '\r\n' } },
    { framing: { fixed: 1 } },
  ])('accepts %j', (options) => {
    expect(reportedFor(options)).toEqual([])
  })

  const kinds = "must be 'newline', 'until-close', { length }, { delimiter } or { fixed }"
  test.each<[Readonly<Record<string, unknown>>, string]>([
    [
      { framming: 'newline' },
      "protocol.framming is not an option of tcp, got 'newline'\n    → did you mean `protocol.framing`?",
    ],
    [{ framing: 'newlines' }, `protocol.framing ${kinds}, got 'newlines'\n    → did you mean 'newline'?`],
    [{ framing: 4 }, `protocol.framing ${kinds}, got 4`],
    [{ framing: {} }, `protocol.framing ${kinds}, got {}`],
    [{ framing: { endian: 'big' } }, `protocol.framing ${kinds}, got {"endian":"big"}`],
    [{ framing: { length: 3 } }, 'protocol.framing.length must be 1, 2 or 4, the size of the prefix in bytes, got 3'],
    [
      { framing: { length: 4, endian: 'litle' } },
      "protocol.framing.endian must be 'big' or 'little', got 'litle'\n    → did you mean 'little'?",
    ],
    [{ framing: { length: 4, includesPrefix: 1 } }, 'protocol.framing.includesPrefix must be true or false, got 1'],
    [
      { framing: { length: 4, fixed: 8 } },
      'protocol.framing.fixed is not a key of framing by length, got 8\n    → expected one of: length, endian, includesPrefix',
    ],
    [{ framing: { delimiter: '' } }, "protocol.framing.delimiter must be a non-empty string, got ''"],
    [{ framing: { fixed: 0 } }, 'protocol.framing.fixed must be a whole number of at least 1, got 0'],
    [{ maxInFlight: 0 }, 'protocol.maxInFlight must be a whole number of at least 1, got 0'],
    [
      { framing: 'until-close', maxInFlight: 2 },
      "protocol.maxInFlight must be 1 with framing 'until-close': a connection carries one request, got 2",
    ],
  ])('rejects %j', (options, message) => {
    expect(reportedFor(options)).toEqual([message])
  })
})

describe('requests', () => {
  test.each<[Framing, unknown]>([
    ['newline', { data: 'PING' }],
    ['newline', { data: new Uint8Array([0, 255]), replies: 3, name: 'a', weight: 2, read: 'json' }],
    ['newline', { data: 'PING', replies: 0 }],
    ['newline', { replies: 1 }],
    ['until-close', {}],
    [{ delimiter: '\r\n' }, { data: 'a\nb\r' }],
    [{ length: 1 }, { data: new Uint8Array(255) }],
    [{ fixed: 3 }, { data: '€' }],
  ])('with framing %j accepts %j', (framing, request) => {
    expect(reported(framing, request)).toEqual([])
  })

  const other =
    '\n    → send each part as its own request; if the server reads a length prefix, tcp({ framing: { length: 4 } }) carries any bytes'
  test.each<[Framing, unknown, string]>([
    ['newline', 'PING', "request must be an object, got 'PING'\n    → write request: { data: 'PING' }"],
    ['newline', { dta: 'a' }, "request.dta is not a key of a TCP request, got 'a'\n    → did you mean `request.data`?"],
    [
      'newline',
      { data: { a: 1 } },
      'request.data must be a string or a Uint8Array, got {"a":1}\n    → write data: JSON.stringify(…)',
    ],
    [
      'newline',
      { data: 'PING\n' },
      `request.data must not contain a newline, which ends a frame, got 'PING\\n'\n    → remove the final "\\n", because the framing adds it`,
    ],
    [
      'newline',
      { data: Buffer.from('a\nb') },
      expect.stringMatching(/^request\.data must not contain a newline.*→ send each part as its own request/s),
    ],
    [
      'newline',
      { data: 'PING\r\n' },
      `request.data must not contain a newline, which ends a frame, got 'PING\\r\\n'\n    → remove the final \\r\\n and write protocol: tcp({ framing: { delimiter: '\\r\\n' } }), which adds it`,
    ],
    [
      { delimiter: '\r\n' },
      { data: 'PING\r\n' },
      `request.data must not contain "\\r\\n", which ends a frame, got 'PING\\r\\n'\n    → remove the final "\\r\\n", because the framing adds it`,
    ],
    [
      'newline',
      { data: 'a', replies: 0, check: { bodyIncludes: 'a' } },
      'request.check needs a response, but `replies` is 0, got {"bodyIncludes":"a"}',
    ],
    [
      'newline',
      { data: 'a', check: { status: 200 } },
      expect.stringMatching(/^request\.check\.status is not a key of/),
    ],
    [
      { delimiter: '\r\n' },
      { data: 'a\r\nb' },
      `request.data must not contain "\\r\\n", which ends a frame, got 'a\\r\\nb'${other}`,
    ],
    [{ length: 1 }, { data: 'x'.repeat(256) }, expect.stringMatching(/^request\.data must be at most 255 bytes long/)],
    [
      { length: 2, includesPrefix: true },
      { data: 'x'.repeat(65_534) },
      expect.stringMatching(/must be at most 65533 bytes/),
    ],
    [{ fixed: 3 }, { data: 'ab' }, "request.data must be exactly 3 bytes long, the fixed frame length, got 'ab'"],
    ['newline', { data: 'a', replies: -1 }, 'request.replies must be a whole number of at least 0, got -1'],
    ['newline', { replies: 0 }, 'request.data is required when `replies` is 0, got undefined'],
    [
      'until-close',
      { data: 'a', replies: 2 },
      "request.replies must be 1 with framing 'until-close': all bytes are one response, got 2",
    ],
    [
      'newline',
      { data: 'a', replies: 0, read: 'json' },
      "request.read needs a response, but `replies` is 0, got 'json'",
    ],
    [
      'newline',
      { data: { length: 3, chunks: 'abc' } },
      expect.stringMatching(/^request\.data must be a string or a Uint8Array, got /),
    ],
    ['newline', { data: 'a', read: 'xml' }, "request.read must be 'text' or 'json', got 'xml'"],
  ])('with framing %j rejects %j', (framing, request, message) => {
    expect(reported(framing, request)).toEqual([message])
  })

  test('reports every issue', () => {
    expect(reported({ length: 1 }, { data: 'x'.repeat(300), replies: 1.5, weight: 0 })).toHaveLength(3)
  })
})

describe('formats', () => {
  test.each<[Framing, 'text' | 'binary', boolean]>([
    ['newline', 'text', false],
    [{ delimiter: '\0' }, 'text', false],
    ['until-close', 'text', true],
    [{ length: 4 }, 'binary', true],
    [{ fixed: 8 }, 'binary', true],
  ])('with framing %j default to %s; binary allowed: %j', (framing, usual, carriesBytes) => {
    const protocol = tcpKind.create(tcp({ framing }))
    expect(protocol.usualFormat).toBe(usual)
    expect(protocol.formatIssue?.('text', 'messageFormat')).toBeUndefined()
    const issue = protocol.formatIssue?.('binary', 'messageFormat')
    expect(issue === undefined).toBe(carriesBytes)
    if (issue === undefined) return
    const error = new LoadPlanError([issue])
    expect(error.message).toBe(
      `messageFormat must be 'text' with this framing: binary data may contain the delimiter, got 'binary'${other}`,
    )
    expect(() => protocol.work?.read(16, 'binary')).toThrow(error.message)
  })

  const other = '\n    → tcp({ framing: { length: 4 } }) carries any bytes'
})

test.each<[Framing, string]>([
  ['newline', 'ping'],
  ['until-close', 'ping'],
  [{ length: 1 }, 'ping'],
  [{ fixed: 2 }, 'pi'],
  [{ fixed: 6 }, 'ping  '],
  [{ delimiter: 'i' }, ''],
])('with framing %j sends %j as a valid health request', (framing, data) => {
  const protocol = tcpKind.create(tcp({ framing }))
  expect(protocol.healthRead).toEqual({ data })
  expect(protocol.issuesOf(protocol.healthRead, 'request')).toEqual([])
})

test.each([
  [{ data: 'set key 0 0 5' }, 'set'],
  [{ data: 'AUTH secret' }, 'AUTH'],
  [{ data: '{"a":"b"}' }, '{"a":"b"}'],
  [{ data: 'x'.repeat(100) }, 'x'.repeat(24)],
  [{ data: ' ' }, 'an empty frame'],
  [{ data: new Uint8Array(5) }, '5 bytes'],
  [{}, 'nothing'],
])('names %j %s', (request, word) => {
  expect(tcpKind.create(tcp()).describe(request)).toBe(word)
})

test('withBody sets the data only when the request has none', () => {
  const { withBody } = tcpKind.create(tcp())
  expect(withBody?.({ replies: 2 }, 'body', 'text')).toEqual({ replies: 2, data: 'body' })
  expect(withBody?.({ data: 'mine' }, 'body', 'text')).toEqual({ data: 'mine' })
})

test.each<[Framing, number | undefined]>([
  ['newline', undefined],
  [{ length: 1 }, 249],
  [{ length: 2 }, 65_529],
])('with framing %j the maximum message length is %j', (framing, longest) => {
  expect(tcpKind.create(tcp({ framing })).maxMessageBytes).toBe(longest)
})
