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

/** Hands over a stream in pieces, each at another place of one buffer, which is overwritten after every call. */
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

/** What the standard says, word for word, over the whole text. */
function asTheStandardSays(stream: Uint8Array): readonly Seen[] {
  const events: Seen[] = []
  const lines = new TextDecoder().decode(stream).split(/\r\n|\r|\n/)
  let data = ''
  let type = ''
  // What follows the last line end is no line yet.
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

describe('an event stream', () => {
  test.each<[string, string, readonly Partial<Seen>[]]>([
    ['an event', 'data: hello\n\n', [{ type: 'message', data: 'hello' }]],
    ['a named event', 'event: endpoint\ndata: /messages\n\n', [{ type: 'endpoint', data: '/messages' }]],
    ['lines of data', 'data: YHOO\ndata: +2\ndata: 10\n\n', [{ data: 'YHOO\n+2\n10' }]],
    ['a comment', ': test stream\n\ndata: first event\n\n', [{ data: 'first event' }]],
    ['data without a value', 'data\n\ndata\ndata\n\ndata:', [{ data: '' }, { data: '\n' }]],
    ['one blank that is no data, and one that is', 'data:test\n\ndata: test\n\ndata:  x\n\n', [{}, {}, { data: ' x' }]],
    ['a name without data', 'event: ping\n\ndata: x\n\n', [{ type: 'message', data: 'x' }]],
    ['an empty event, as servers prime streams', 'id: 1\ndata:\n\ndata: x\n\n', [{ data: '' }, { data: 'x' }]],
    ['carriage returns alone', 'data: a\rdata: b\r\r', [{ data: 'a\nb' }]],
    ['both', 'data: a\r\ndata: b\r\n\r\n', [{ data: 'a\nb' }]],
    ['line ends of every kind', 'data: a\r\n\ndata: b\r\r\ndata: c\n\r', [{ data: 'a' }, { data: 'b' }, { data: 'c' }]],
    ['a byte order mark', '\uFEFFdata: x\n\n', [{ data: 'x' }]],
    ['a byte order mark further on', 'data: x\n\n\uFEFFdata: y\n\n', [{ data: 'x' }]],
    ['names that are longer or shorter', 'dat: x\ndata2: x\nData: x\n\n', []],
    ['a colon in the data', 'data: {"a":1}\n\n', [{ data: '{"a":1}' }]],
    ['an event that never ends', 'data: x\n', []],
  ])('%s', (_, stream, expected) => {
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

  test('in whatever pieces it comes, its events are those of the standard', () => {
    fc.assert(
      fc.property(stream, sizes, (bytes, split) => {
        expect(parse(bytes, split).events).toEqual(asTheStandardSays(bytes))
      }),
      { numRuns: 500 },
    )
  })

  test('without its data the same events are found, and their bytes are those of the stream', () => {
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

  test('bytes that are no UTF-8 become U+FFFD', () => {
    expect(parse(Buffer.from('data: \xff\n\n', 'latin1')).events).toEqual([{ type: 'message', data: '\uFFFD' }])
  })

  test('ids and the time to wait are kept, what cannot be one is not', () => {
    const { parser } = parse('id: 1\nretry: 250\n\nid: 2\0\nretry: 2s\ndata: x\n\nid: 3\n')
    // The id of an event that has not ended is not yet that of the last one.
    expect(parser).toMatchObject({ lastEventId: '1', retryMs: 250 })
  })

  test('a new stream begins anew, and remembers where the old one was', () => {
    const { parser, events } = parse('id: 1\ndata: a\n\nid: 2\nevent: half\ndata: half')
    parser.begin()
    expect(parser.lastEventId).toBe('1')
    const rest = Buffer.from('\uFEFFdata: b\n\n')
    parser.push(rest, 0, rest.length)
    expect(events.at(-1)).toEqual({ type: 'message', data: 'b' })
    expect(parser.lastEventId).toBe('')
  })

  test('data that are not kept may be endless', () => {
    let bytes = 0
    const parser = new EventStreamParser((event) => (bytes = event.bytes), { keepData: false, limitBytes: 1_000 })
    parser.begin()
    for (const part of ['data: ', ...Array<string>(100).fill('x'.repeat(1_000)), '\n\n']) {
      parser.push(Buffer.from(part), 0, part.length)
    }
    expect(parser.fault).toBeUndefined()
    expect(bytes).toBe(100_008)
  })

  test.each([
    ['a line', 'data: ', 'a line of the event stream is longer than 1000 bytes'],
    ['an event of many lines', 'data: x\n', 'an event is longer than 1000 bytes'],
  ])('%s that is longer than the limit is a fault, and nothing more is read', (_, text, fault) => {
    const seen: string[] = []
    const parser = new EventStreamParser(({ data }) => seen.push(data), { limitBytes: 1_000 })
    parser.begin()
    const piece = Buffer.from(text.repeat(100))
    for (let i = 0; i < 10; i++) parser.push(piece, 0, piece.length)
    expect(parser.fault).toBe(fault)
    const rest = Buffer.from('\n\ndata: x\n\n')
    parser.push(rest, 0, rest.length)
    expect(seen).toEqual([])
  })
})
