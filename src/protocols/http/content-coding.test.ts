import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { EXAMINED_BYTES } from '../kept-bytes.ts'
import { decodeContent } from './content-coding.ts'
import { answer, ask, contextFor, rawServer } from './raw-server.fixture.ts'
import { connectSocket } from './socket-connection.ts'

const TEXT = Buffer.from('grüße '.repeat(1_000))

test.each<[string | undefined, Buffer]>([
  [undefined, TEXT],
  ['identity', TEXT],
  ['gzip', gzipSync(TEXT)],
  ['GZIP', gzipSync(TEXT)],
  ['x-gzip', gzipSync(TEXT)],
  ['deflate', deflateSync(TEXT)],
  ['deflate', deflateRawSync(TEXT)],
  ['br', brotliCompressSync(TEXT)],
  ['zstd', zstdCompressSync(TEXT)],
  ['gzip, br', brotliCompressSync(gzipSync(TEXT))],
])('decodes %s', (coding, bytes) => {
  expect(decodeContent(bytes, coding, EXAMINED_BYTES)).toEqual({ bytes: TEXT })
})

test.each<[string, Buffer]>([
  ['gzip', gzipSync(TEXT)],
  ['deflate', deflateSync(TEXT)],
  ['br', brotliCompressSync(TEXT)],
  ['zstd', zstdCompressSync(TEXT)],
])('decodes the beginning of an incomplete body with %s', (coding, whole) => {
  expect(decodeContent(whole.subarray(0, -4), coding, EXAMINED_BYTES, true)).toHaveProperty('bytes')
})

test.each<[string, Buffer, string]>([
  ['gzip', Buffer.from('<html>'), 'the body is not valid gzip: incorrect header check'],
  ['gzip', gzipSync(TEXT).subarray(0, -10), 'the body is not valid gzip: unexpected end of file'],
  ['compress', TEXT, 'the content-encoding compress of the body cannot be decoded'],
  ['toString', TEXT, 'the content-encoding tostring of the body cannot be decoded'],
  ['gzip,'.repeat(1_000), TEXT, 'the body has too many content codings'],
])('does not decode %s', (coding, bytes, reason) => {
  expect(decodeContent(bytes, coding, EXAMINED_BYTES)).toEqual({ tooLarge: false, reason })
})

const ZEROS = Buffer.alloc(16 * 1024 * 1024)
const MEMBER = gzipSync(ZEROS)
/** 1 GiB of zeros. A gzip body may consist of several members. */
const BOMB = Buffer.concat(Array.from({ length: 64 }, () => MEMBER))

test.each<[string, Buffer]>([
  ['gzip', BOMB],
  ['br', brotliCompressSync(ZEROS)],
  ['gzip, gzip', gzipSync(BOMB)],
])('stops decoding a bomb of %s at the limit', async (coding, bomb) => {
  const before = process.memoryUsage()
  const server = await rawServer(answer('200 OK', bomb.toString('latin1'), `content-encoding: ${coding}\r\n`))
  const connection = await connectSocket(server.url, contextFor())
  const reason = `is larger than ${EXAMINED_BYTES} bytes, the limit of`
  expect(await ask(connection, { check: { bodyIncludes: 'x' } })).toMatchObject({
    ok: false,
    errorClass: 'check',
    message: expect.stringContaining(`${reason} \`check\``),
  })
  expect(await ask(connection, { read: 'text' })).toMatchObject({
    ok: false,
    errorClass: 'protocol',
    message: expect.stringContaining(`${reason} \`read\``),
  })
  // A check of the status does not need the body.
  expect(await ask(connection, { check: { status: 200 } })).toMatchObject({ ok: true })
  expect(process.memoryUsage().rss - before.rss).toBeLessThan(96 * 1024 * 1024)
  connection.destroy()
})
