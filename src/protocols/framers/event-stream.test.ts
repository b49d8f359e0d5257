import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EventStreamParser } from './event-stream.ts'

interface Seen {
  readonly type: string
  readonly data: string
}

interface Parsed {
  readonly events: readonly Seen[]
  readonly bytes: number
  readonly parser: EventStreamParser
}

/** Pushes a stream in pieces, each inside its own buffer, and overwrites the buffer after every call. */
function parse(stream: Uint8Array | string, sizes: readonly number[] = [], keepData = true): Parsed {
  const whole = typeof stream === 'string' ? Buffer.from(stream) : stream
  const events: Seen[] = []
  let bytes = 0
  const parser = new EventStreamParser(
    (event) => {
      events.push({ type: event.type, data: event.data })
      bytes += event.bytes
    },
    { keepData },
  )
  parser.begin()
  let at = 0
  for (let i = 0; at < whole.length; i++) {
    const piece = whole.subarray(at, at + Math.max(1, sizes[i] ?? whole.length))
    const buffer = Buffer.alloc(piece.length + 8, '\n')
    buffer.set(piece, 3)
    parser.push(buffer, 3, 3 + piece.length)
    buffer.fill('\r')
    at += piece.length
  }
  return { events, bytes, parser }
}

/** Reference implementation: follows the standard literally on the whole text. */
function asTheStandardSays(stream: Uint8Array): readonly Seen[] {
  const events: Seen[] = []
  const lines = new TextDecoder().decode(stream).split(/\r\n|\r|\n/)
  let data = ''
  let type = ''
  // Text after the last line end is not a complete line.
  for (const line of lines.slice(0, -1)) {
    if (line === '') {
      if (data !== '') events.push({ type: type || 'message', data: data.replace(/\n$/, '') })
      data = type = ''
      continue
    }
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (field === 'data') data += `${value}\n`
    if (field === 'event') type = value
  }
  return events
}

describe('EventStreamParser', () => {
  test.each<[string, string, readonly Partial<Seen>[]]>([
    ['an event', 'data: hello\n\n', [{ type: 'message', data: 'hello' }]],
    ['a named event', 'event: endpoint\ndata: /messages\n\n', [{ type: 'endpoint', data: '/messages' }]],
    ['lines of data', 'data: YHOO\ndata: +2\ndata: 10\n\n', [{ data: 'YHOO\n+2\n10' }]],
    ['a comment', ': test stream\n\ndata: first event\n\n', [{ data: 'first event' }]],
    ['data without a value', 'data\n\ndata\ndata\n\ndata:', [{ data: '' }, { data: '\n' }]],
    ['one optional space after the colon', 'data:test\n\ndata: test\n\ndata:  x\n\n', [{}, {}, { data: ' x' }]],
    ['no event from a name without data', 'event: ping\n\ndata: x\n\n', [{ type: 'message', data: 'x' }]],
    ['an event with empty data, as servers send first', 'id: 1\ndata:\n\ndata: x\n\n', [{ data: '' }, { data: 'x' }]],
    ['lines that end in CR', 'data: a\rdata: b\r\r', [{ data: 'a\nb' }]],
    ['lines that end in CR LF', 'data: a\r\ndata: b\r\n\r\n', [{ data: 'a\nb' }]],
    ['mixed line ends', 'data: a\r\n\ndata: b\r\r\ndata: c\n\r', [{ data: 'a' }, { data: 'b' }, { data: 'c' }]],
    ['a byte order mark at the start', '\uFEFFdata: x\n\n', [{ data: 'x' }]],
    ['a later byte order mark as part of a field name', 'data: x\n\n\uFEFFdata: y\n\n', [{ data: 'x' }]],
    ['no data from unknown field names', 'dat: x\ndata2: x\nData: x\n\n', []],
    ['a colon in the data', 'data: {"a":1}\n\n', [{ data: '{"a":1}' }]],
    ['no event from an incomplete one', 'data: x\n', []],
  ])('parses %s', (_, stream, expected) => {
    expect(parse(stream).events).toMatchObject(expected)
    expect(parse(stream).events).toHaveLength(expected.length)
  })

  const line = fc.oneof(
    fc.constantFrom('data: {"x":1}', 'data', 'data:', 'event: message', 'event:ping', 'id: 7', ': keep-alive', '', ''),
    fc.string({ unit: 'binary' }).map((text) => `data: ${text}`),
    fc.string(),
  )
  const stream = fc
    .tuple(fc.boolean(), fc.array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n'))))
    .map(([mark, lines]) => Buffer.from((mark ? '\uFEFF' : '') + lines.map(([text, end]) => text + end).join('')))
  const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 200 })

  test('finds the same events as the standard, however the bytes are split', () => {
    fc.assert(
      fc.property(stream, sizes, (bytes, split) => {
        expect(parse(bytes, split).events).toEqual(asTheStandardSays(bytes))
      }),
      { numRuns: 500 },
    )
  })

  test('finds the same events and counts the same bytes when data is not kept', () => {
    fc.assert(
      fc.property(stream, sizes, (bytes, split) => {
        const ended = Buffer.concat([bytes, Buffer.from('\n\ndata: last\n\n')])
        const kept = parse(ended, split)
        const counted = parse(ended, split, false)
        expect(counted.events.map(({ type }) => type)).toEqual(kept.events.map(({ type }) => type))
        expect([kept.bytes, counted.bytes]).toEqual([ended.length, ended.length])
      }),
      { numRuns: 300 },
    )
  })

  test('replaces invalid UTF-8 by U+FFFD', () => {
    expect(parse(Buffer.from('data: \xff\n\n', 'latin1')).events).toEqual([{ type: 'message', data: '\uFFFD' }])
  })

  test('keeps valid ids and retry times and ignores invalid ones', () => {
    const { parser } = parse('id: 1\nretry: 250\n\nid: 2\0\nretry: 2s\ndata: x\n\nid: 3\n')
    // The id of an incomplete event does not become the last event id.
    expect(parser).toMatchObject({ lastEventId: '1', retryMs: 250 })
  })

  test('keeps only the last event id when a new stream begins', () => {
    const { parser, events } = parse('id: 1\ndata: a\n\nid: 2\nevent: half\ndata: half')
    parser.begin()
    expect(parser.lastEventId).toBe('1')
    const push = (text: string): void => {
      const bytes = Buffer.from(text)
      parser.push(bytes, 0, bytes.length)
    }
    push('\uFEFF: comment\n\n')
    expect(parser.lastEventId).toBe('1')
    push('data: b\n\n')
    expect(events.at(-1)).toEqual({ type: 'message', data: 'b' })
    expect(parser.lastEventId).toBe('1')
    push('id\n\n')
    expect(parser.lastEventId).toBe('')
  })

  test('accepts data of any length when data is not kept', () => {
    let bytes = 0
    const parser = new EventStreamParser((event) => (bytes = event.bytes), { keepData: false, limitBytes: 1_000 })
    parser.begin()
    for (const part of ['data: ', ...Array<string>(100).fill('x'.repeat(1_000)), '\n\n']) {
      parser.push(Buffer.from(part), 0, part.length)
    }
    expect(parser.violation).toBeUndefined()
    expect(bytes).toBe(100_008)
  })

  test.each([
    ['a line', 'data: ', 'a line of the event stream is longer than 1000 bytes'],
    ['an event of many lines', 'data: x\n', 'an event is longer than 1000 bytes'],
  ])('reports a violation and reads nothing more when %s exceeds the limit', (_, text, violation) => {
    const seen: string[] = []
    const parser = new EventStreamParser(({ data }) => seen.push(data), { limitBytes: 1_000 })
    parser.begin()
    const piece = Buffer.from(text.repeat(100))
    for (let i = 0; i < 10; i++) parser.push(piece, 0, piece.length)
    expect(parser.violation).toBe(violation)
    const rest = Buffer.from('\n\ndata: x\n\n')
    parser.push(rest, 0, rest.length)
    expect(seen).toEqual([])
  })
})
