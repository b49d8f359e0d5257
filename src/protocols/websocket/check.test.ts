import { expect, test } from 'vitest'
import type { WebSocketRequest } from './request.ts'
import { ask, open, webSocketServer } from './server.fixture.ts'

/** Answers a message with each of its lines. */
async function lineServer(): Promise<URL> {
  const { url } = await webSocketServer((peer) => {
    peer.on('message', (data: Buffer) => {
      for (const line of data.toString().split('\n')) peer.send(line)
    })
  })
  return url
}

const noErrors = { json: { path: 'errors', absent: true } } as const

test.each<[WebSocketRequest, string | undefined]>([
  [{ data: '{"data":1}', check: noErrors }, undefined],
  [{ data: '{"errors":["no"]}', check: noErrors }, 'expected errors to be absent, got ["no"]'],
  [{ data: '{"data":1}\n{"errors":1}', replies: 2, check: noErrors }, 'expected errors to be absent, got 1'],
  [{ data: '{"data":1}', check: [noErrors, { json: { path: 'data', equals: 1 } }] }, undefined],
  [{ data: '<html>', check: noErrors }, "expected a JSON message, got '<html>'"],
  [{ data: 'a', check: { bodyIncludes: 'b' } }, "expected the message to include 'b', got 'a'"],
  [{ data: 'a', check: ({ body, status }) => body === 'a' && status === 0 }, undefined],
  [{ data: 'a', check: () => false }, 'the check function rejected the response'],
  [
    { data: '{"id":1,"error":"x"}', correlate: 'id', check: { bodyExcludes: 'error' } },
    expect.stringContaining('"error"'),
  ],
])('check of %j gives %s', async (request, message) => {
  const connection = await open(await lineServer())
  const outcome = await ask(connection, request)
  expect(outcome.ok).toBe(message === undefined)
  if (message !== undefined) expect(outcome).toMatchObject({ errorClass: 'check', message })
  expect(await ask(connection, { data: 'next' })).toMatchObject({ ok: true })
})

test('a request whose check fails is not read, and a message that is longer than a check examines fails', async () => {
  const connection = await open(await lineServer())
  const failed = await ask(connection, { data: 'a', read: 'text', check: { bodyIncludes: 'b' } })
  expect(failed).not.toHaveProperty('answer')
  expect(failed.excerpt).toBe('a')
  expect(await ask(connection, { data: 'a'.repeat(8 * 1024 * 1024 + 1), check: { bodyIncludes: 'a' } })).toMatchObject({
    errorClass: 'check',
    message: 'the message is longer than 8388608 bytes, the limit of `check`',
    excerpt: 'a'.repeat(300),
  })
})
