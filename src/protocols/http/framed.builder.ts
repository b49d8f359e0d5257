import fc from 'fast-check'
import { ResponseFramer } from './response-framer.ts'

interface Framed {
  readonly done: boolean
  readonly violation: string | undefined
  readonly status: number
  readonly keepAlive: boolean
  readonly bodyBytes: number
  readonly body: Buffer
  /** Bytes that the framer has read, up to the end of the response. */
  readonly consumed: number
}

/** Frames these pieces. Each is part of a larger buffer that is overwritten afterwards, as a read buffer is. */
export function framed(
  pieces: readonly Uint8Array[],
  { toHead = false, ended = false }: { readonly toHead?: boolean; readonly ended?: boolean } = {},
): Framed {
  const body: Buffer[] = []
  const framer = new ResponseFramer({
    wants: () => true,
    head: () => {},
    data: (bytes) => body.push(Buffer.from(bytes)),
    chunkEnd: () => {},
  })
  framer.begin(toHead)
  let consumed = 0
  for (const piece of pieces) {
    const read = Buffer.concat([Buffer.from('???'), piece, Buffer.from('???')])
    const end = framer.push(read, 3, 3 + piece.length)
    read.fill('?')
    consumed += end - 3
    if (framer.done || framer.violation !== undefined) break
  }
  if (ended) framer.end()
  const { done, violation, status, keepAlive, bodyBytes } = framer
  return { done, violation, status, keepAlive, bodyBytes, body: Buffer.concat(body), consumed }
}

interface GeneratedResponse {
  readonly bytes: Buffer
  /** Number of bytes in heads, including those of interim responses. */
  readonly headBytes: number
  readonly toHead: boolean
  readonly untilClose: boolean
  readonly status: number
  readonly bodyBytes: number
  readonly body: Buffer
}

const token = fc
  .string({ unit: fc.constantFrom('a', 'b', 'c', 'X', 'Y', 'Z', '-', '0', '9'), minLength: 1, maxLength: 12 })
  .map((text) => `x-${text}`)
const value = fc.string({
  unit: fc.constantFrom('a', 'z', '0', ' ', ',', ';', '=', '"', 'ä', 'ÿ', '\t'),
  maxLength: 20,
})
const headers = fc.array(
  fc
    .tuple(token, fc.constantFrom('', ' ', '\t '), value, fc.constantFrom('', ' '))
    .map(([name, before, content, after]) => `${name}:${before}${content}${after}\r\n`),
  { maxLength: 5 },
)
const bodies = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))

/** Generates a header name or token in any mix of cases. */
function anyCase(text: string): fc.Arbitrary<string> {
  return fc.mixedCase(fc.constant(text))
}

const sized = fc.tuple(bodies, anyCase('content-length')).map(([body, name]) => ({
  head: `${name}: ${body.length}\r\n`,
  bytes: body,
  body,
  untilClose: false,
}))

const chunked = fc
  .tuple(
    fc.array(
      fc.tuple(
        bodies.filter(({ length }) => length > 0),
        fc.constantFrom('', ';a', ';a=b', ';a="b c"'),
      ),
      {
        maxLength: 4,
      },
    ),
    fc.array(
      token.map((name) => `${name}: y\r\n`),
      { maxLength: 2 },
    ),
    anyCase('transfer-encoding'),
    anyCase('chunked'),
  )
  .map(([chunks, trailers, name, coding]) => ({
    head: `${name}: ${coding}\r\n`,
    bytes: Buffer.concat([
      ...chunks.flatMap(([chunk, extension]) => [
        Buffer.from(`${chunk.length.toString(16)}${extension}\r\n`),
        chunk,
        Buffer.from('\r\n'),
      ]),
      Buffer.from(`0\r\n${trailers.join('')}\r\n`),
    ]),
    body: Buffer.concat(chunks.map(([chunk]) => chunk)),
    untilClose: false,
  }))

const untilClose = bodies.map((body) => ({ head: '', bytes: body, body, untilClose: true }))
const bodiless = fc.constantFrom(204, 304).map((status) => ({ status, none: true }))
const bodied = fc.constantFrom(200, 201, 206, 302, 404, 500, 503, 599).map((status) => ({ status, none: false }))

/** Generates valid responses of every kind, with the values that a framer must find. */
export const responses: fc.Arbitrary<GeneratedResponse> = fc
  .record({
    kind: fc.oneof({ weight: 6, arbitrary: bodied }, { weight: 1, arbitrary: bodiless }),
    toHead: fc.boolean(),
    interim: fc.constantFrom('', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'),
    version: fc.constantFrom('1.1', '1.1', '1.0'),
    reason: fc.constantFrom(' OK', ' ', '', ' Nicht schön'),
    headers,
    connection: fc.constantFrom('', 'connection: close\r\n', 'Connection: Keep-Alive\r\n', 'connection: x, Close\r\n'),
    content: fc.oneof({ weight: 3, arbitrary: sized }, { weight: 3, arbitrary: chunked }, untilClose),
  })
  .map(({ kind: { status, none }, toHead, interim, version, reason, headers: fields, connection, content }) => {
    const empty = none || toHead
    // 204 and 304 have no framing headers here, because clients disagree about their meaning.
    const framing = none ? '' : content.head
    const head = `HTTP/${version} ${status}${reason}\r\n${fields.join('')}${framing}${connection}\r\n`
    const body = empty ? Buffer.alloc(0) : content.body
    return {
      bytes: Buffer.concat([Buffer.from(interim + head, 'latin1'), empty ? body : content.bytes]),
      headBytes: interim.length + head.length,
      toHead,
      untilClose: !empty && content.untilClose,
      status,
      bodyBytes: body.length,
      body,
    }
  })
