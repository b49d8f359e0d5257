import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Connection, Outcome } from '../../model/protocol.ts'
import { json, sessionServer, stream } from './http/scripted-server.fixture.ts'
import { ask, connected, legacyServer } from './mcp.fixture.ts'
import type { McpRequest } from './request.ts'

/** Placeholder in a reply. `filled` replaces it with the id of the call. */
const ID = 'the id of the call'
const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

/** Replies that once ended a run, or that look like the correct reply and are not. */
const KNOWN: readonly string[] = [
  `{"jsonrpc":"2.0","id":"${ID}","error":{"code":{"toString":1}}}`,
  `{"jsonrpc":"2.0","id":"${ID}","error":{"code":{"toJSON":1},"message":{"toString":null}}}`,
  `{"jsonrpc":"2.0","id":"${ID}","error":{"code":${deep(100_000)}}}`,
  `{"jsonrpc":"2.0","id":${deep(100_000)},"result":{}}`,
  `{"jsonrpc":"2.0","id":${deep(100_000)},"method":"ping"}`,
  `{"jsonrpc":"2.0","id":"${ID}","result":${deep(100_000)}}`,
  `{"jsonrpc":"2.0","id":"${ID}","result":{"content":${deep(499)}}}`,
  `[{"jsonrpc":"2.0","id":"${ID}","result":${deep(100_000)}}]`,
  `[{"jsonrpc":"2.0","id":"${ID}","result":${deep(490)}}]`,
  `{"error":{"code":1,"data":${deep(100_000)}}}`,
  `{"jsonrpc":"2.0","id":"${ID}","result":{},"id":8}`,
  `{"result":{},"method":"ping","id":"${ID}"}`,
  `{"result":oops,"jsonrpc":"2.0","id":"${ID}"}`,
  `{"__proto__":{"result":{}},"id":"${ID}"}`,
  `{"jsonrpc":"2.0","id":"${ID}","result":{"__proto__":1,"content":{"map":1},"isError":{}}}`,
  `{"jsonrpc":"2.0","method":"notifications/progress","params":null}`,
  `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"${ID}"}}`,
  '{"jsonrpc":"2.0","id":{"a":1},"method":"ping"}',
  '[{}]',
  '[[]]',
  'null',
]

/** Any JSON, JSON-RPC whose members have any value, batches of such messages, and damaged texts. */
const replies: fc.Arbitrary<string> = (() => {
  const value = fc.jsonValue({ depthSize: 'small' })
  const message = fc.record(
    {
      jsonrpc: fc.oneof(fc.constant<unknown>('2.0'), value),
      id: fc.oneof({ weight: 4, arbitrary: fc.constant<unknown>(ID) }, { weight: 1, arbitrary: value }),
      result: fc.oneof(value, fc.record({ content: value, isError: value, resultType: value }, { requiredKeys: [] })),
      error: fc.oneof(value, fc.record({ code: value, message: value, data: value }, { requiredKeys: [] })),
      method: fc.oneof(fc.constantFrom<unknown>('ping', 'notifications/progress'), value),
      params: fc.oneof(value, fc.record({ progressToken: fc.oneof(fc.constant<unknown>(ID), value) })),
    },
    { requiredKeys: ['id'] },
  )
  const whole = fc.oneof(message, fc.array(message, { maxLength: 3 }), value).map((content) => JSON.stringify(content))
  const damaged = fc
    .tuple(whole, fc.nat(), fc.constantFrom('', '"', '}', '[', ',', '\\'))
    .map(([text, where, extra]) => {
      const at = where % (text.length + 1)
      return text.slice(0, at) + extra + text.slice(at + 1)
    })
  return fc.oneof(whole, damaged)
})()

const filled = (reply: string, id: unknown): string => reply.replaceAll(`"${ID}"`, String(id))

const REQUEST: McpRequest = { tool: 'x', read: 'json', progress: true }

/** A way to send replies: each call on its connections gets the reply `next.reply`. */
interface Way {
  readonly next: { reply: string }
  connect(): Promise<Connection<McpRequest>>
}

/** The correct reply follows each hostile one. Without it, a test cannot detect that a call over lines has failed. */
async function lines(): Promise<Way> {
  const next = { reply: '' }
  const server = await legacyServer(({ id, method }, say) => {
    if (method === undefined) return
    say(`${filled(next.reply, id)}\n`)
    say({ jsonrpc: '2.0', id, result: {} })
  })
  return { next, connect: () => connected(server.url) }
}

async function http(kind: 'JSON' | 'events' | '400'): Promise<Way> {
  const next = { reply: '' }
  const { url } = await sessionServer(({ message, response }) => {
    if (message.method === undefined || message.method.startsWith('notifications/')) {
      response.writeHead(202).end()
      return
    }
    const text = filled(next.reply, message.id)
    if (kind === 'events') stream(response).end(`data: ${text}\n\n`)
    else response.writeHead(kind === 'JSON' ? 200 : 400, { 'content-type': 'application/json' }).end(text)
  })
  return { next, connect: () => connected(url) }
}

describe.each([
  ['lines', lines],
  ['JSON over HTTP', () => http('JSON')],
  ['events over HTTP', () => http('events')],
  ['HTTP errors', () => http('400')],
])('over %s', (_, start) => {
  test('any reply gives a call one outcome, which can cross a thread', { timeout: 60_000 }, async () => {
    const way = await start()
    let connection = await way.connect()
    const ends: number[] = []
    await fc.assert(
      fc.asyncProperty(replies, async (reply) => {
        way.next.reply = reply
        if (!connection.usable) connection = await way.connect()
        const requestId = ends.push(0) - 1
        const outcome = await new Promise<Outcome>((resolve) => {
          const onDone = (ended: Outcome): void => {
            ends[requestId] = (ends[requestId] ?? 0) + 1
            resolve(ended)
          }
          connection.exchange({ requestId, operation: '', payload: REQUEST }, { onMessage: () => {}, onDone })
        })
        expect(outcome.ok || outcome.message !== undefined).toBe(true)
        structuredClone(outcome)
        JSON.stringify(outcome)
      }),
      { numRuns: 150, examples: KNOWN.map((reply): [string] => [reply]) },
    )
    await connection.close()
    expect(ends.filter((count) => count !== 1)).toEqual([])
  })
})

test('an error of any form has a readable message', async () => {
  const { url } = await sessionServer(({ message, response }) =>
    json(response, { jsonrpc: '2.0', id: message.id, error: message.params }),
  )
  const connection = await connected(url)
  const messages: unknown[] = []
  for (const params of [{ code: { toString: 1 } }, { code: 'E1', message: 'no' }, { message: 'no' }, {}]) {
    messages.push((await ask(connection, { method: 'x', params }, messages.length)).message)
  }
  expect(messages).toEqual([`{"toString":1}`, `'E1': no`, 'no', '{}'])
})

/** A text of 200 000 characters in JSON; its brackets are not levels. */
const LONG = '[\\"'.repeat(40_000)

test.each([
  [500, ''],
  [501, ''],
  [100_000, ''],
  [500, LONG],
  [501, LONG],
])('reads a result of %d levels, or fails the call', async (levels, padding) => {
  const server = await legacyServer(({ id }, say) =>
    say(`{"jsonrpc":"2.0","id":${String(id)},"padding":${JSON.stringify(padding)},"result":${deep(levels - 1)}}\n`),
  )
  const connection = await connected(server.url)
  const outcome = await ask(connection, { method: 'x', read: 'json' })
  expect(connection.usable).toBe(true)
  if (levels <= 500) expect(outcome).toMatchObject({ ok: true })
  else {
    expect(outcome).toMatchObject({
      errorClass: 'protocol',
      message: expect.stringMatching(/^the server sent a message that is nested more than 500 levels deep: '/),
    })
  }
})
