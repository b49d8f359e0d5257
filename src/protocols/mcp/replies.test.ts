import { describe, expect, test, vi } from 'vitest'
import { ask, connected, ECHO, echoed, legacyServer, PING } from './mcp.fixture.ts'
import type { Said } from './mcp.fixture.ts'

describe('a reply', () => {
  test('answers the call with its id in any order', async () => {
    const held: (() => void)[] = []
    const server = await legacyServer((message, say) => {
      held.push(() => say(echoed(message)))
      if (held.length === 3) for (const release of held.reverse()) release()
    })
    const connection = await connected(server.url)
    const calls = ['a', 'b', 'c'].map((message, i) =>
      ask(connection, { tool: 'echo', arguments: { message }, read: 'text' }, i),
    )
    const texts = (await Promise.all(calls)).map(({ answer }) => answer?.text)
    expect(texts).toEqual([
      expect.stringMatching(/^Echo: a \[/),
      expect.stringMatching(/^Echo: b \[/),
      expect.stringMatching(/^Echo: c \[/),
    ])
  })

  test('answers a call even if its id is a text, as the SDKs accept', async () => {
    const server = await legacyServer((message, say) => say({ ...echoed(message), id: String(message.id) }))
    expect(await ask(await connected(server.url), ECHO)).toMatchObject({ ok: true })
  })

  test('counts the bytes of its line and of the request', async () => {
    const line = (id: unknown): string => `{"jsonrpc":"2.0","id":${String(id)},"result":{"ü":1}}\n`
    const server = await legacyServer(({ id }, say) => say(line(id)))
    const outcome = await ask(await connected(server.url), PING)
    const sent = server.said.at(-1)
    expect(outcome).toMatchObject({
      ok: true,
      bytesSent: JSON.stringify(sent).length + 1,
      bytesReceived: Buffer.byteLength(line(sent?.id)),
    })
    expect(outcome).not.toHaveProperty('answer')
  })

  test.each<[string, object, string, string]>([
    ['an error', { error: { code: -32_602, message: 'Unknown tool' } }, 'jsonrpc', '-32602: Unknown tool'],
    ['an error without a text', { error: { code: 7 } }, 'jsonrpc', '7'],
    [
      'isError',
      { result: { isError: true, content: [{ type: 'image' }, { type: 'text', text: 'no such file' }] } },
      'tool-error',
      'no such file',
    ],
    ['isError without a text', { result: { isError: true, content: [] } }, 'tool-error', 'the tool failed'],
    [
      'a request for more input',
      { result: { resultType: 'input_required' } },
      'protocol',
      'the server requested more input, which a load test cannot provide',
    ],
  ])('that is %s fails the call with its class', async (_, reply, errorClass, message) => {
    const server = await legacyServer(({ id }, say) => say({ jsonrpc: '2.0', id, ...reply }))
    const connection = await connected(server.url)
    expect(await ask(connection, { tool: 'x' })).toMatchObject({ ok: false, errorClass, message })
    expect(connection.usable).toBe(true)
  })

  test.each<[string, object, object]>([
    [
      'a tool',
      {
        content: [
          { type: 'text', text: 'one' },
          { type: 'text', text: 'two' },
        ],
      },
      { text: 'one', messages: ['one', 'two'] },
    ],
    ['a resource', { contents: [{ uri: 'a:b', text: 'it' }] }, { text: 'it', messages: ['it'] }],
    ['a prompt', { messages: [{ role: 'user', content: { type: 'text', text: 'ask' } }] }, { text: 'ask' }],
    ['anything else', { tools: [] }, { text: '{"tools":[]}', messages: ['{"tools":[]}'] }],
  ])('of %s is read as text or JSON', async (_, result, answer) => {
    const server = await legacyServer(({ id }, say) => say({ jsonrpc: '2.0', id, result }))
    const connection = await connected(server.url)
    expect((await ask(connection, { ...PING, read: 'text' })).answer).toMatchObject(answer)
    const json = (await ask(connection, { ...PING, read: 'json' })).answer
    expect(json).toMatchObject({ ...answer, json: result })
  })

  test('that matches no call is ignored and logged', async () => {
    const log = vi.fn<(text: string) => void>()
    const server = await legacyServer((message, say) => {
      const good = { jsonrpc: '2.0', id: message.id, result: {} }
      say({ ...good, id: 999_999 })
      say({ ...good, id: `0${String(message.id)}` })
      say({ jsonrpc: '2.0', result: {} })
      say({ ...good, id: null })
      say(good)
      say({ jsonrpc: '2.0', id: message.id, error: { code: 1, message: 'twice' } })
    })
    const connection = await connected(server.url, undefined, { log })
    expect(await ask(connection, PING, 0)).toMatchObject({ ok: true })
    expect(await ask(connection, PING, 1)).toMatchObject({ ok: true })
    expect(connection.usable).toBe(true)
    const reported = log.mock.calls.map(([text]) => text).filter((text) => text.includes('matches no call'))
    expect(reported).toHaveLength(5)
    expect(reported[0]).toBe(
      'a reply with the id 999999 matches no call in flight: \'{"jsonrpc":"2.0","id":999999,"result":{}}\'',
    )
    await connection.close()
    expect(log).toHaveBeenCalledWith('10 replies matched no call')
  })

  test('an error without an id fails the only call in flight', async () => {
    const server = await legacyServer((_, say) =>
      say({ jsonrpc: '2.0', id: null, error: { code: -32_700, message: 'Parse error' } }),
    )
    const connection = await connected(server.url)
    expect(await ask(connection, PING)).toMatchObject({ errorClass: 'jsonrpc', message: '-32700: Parse error' })
  })

  test('an error without an id is ignored while several calls are in flight', async () => {
    const waiting: Said[] = []
    const server = await legacyServer((message, say) => {
      waiting.push(message)
      if (waiting.length < 2) return
      say({ jsonrpc: '2.0', id: null, error: { code: -32_700, message: 'Parse error' } })
      for (const { id } of waiting) say({ jsonrpc: '2.0', id, result: {} })
    })
    const connection = await connected(server.url)
    const outcomes = await Promise.all([ask(connection, PING, 0), ask(connection, PING, 1)])
    expect(outcomes).toMatchObject([{ ok: true }, { ok: true }])
  })

  test('accepts a batch of replies', async () => {
    const waiting: Said[] = []
    const server = await legacyServer((message, say) => {
      waiting.push(message)
      if (waiting.length === 2)
        say(`${JSON.stringify(waiting.map(({ id }) => ({ jsonrpc: '2.0', id, result: {} })))}\n`)
    })
    const connection = await connected(server.url)
    const outcomes = await Promise.all([ask(connection, PING, 0), ask(connection, PING, 1)])
    expect(outcomes).toMatchObject([{ ok: true }, { ok: true, bytesReceived: 0 }])
  })

  test.each([
    ['no JSON', 'Listening on stdio\n', "'Listening on stdio'"],
    ['JSON that is not a message', '{"hello":1}\n', '\'{"hello":1}\''],
    ['an empty batch', '[]\n', "'[]'"],
  ])('that is %s fails the connection and every call on it', async (_, line, shown) => {
    const server = await legacyServer((message, say) => {
      if (message.id === 4) say(line)
    })
    const connection = await connected(server.url)
    const outcomes = await Promise.all([ask(connection, PING, 0), ask(connection, PING, 1)])
    const failure = {
      ok: false,
      errorClass: 'protocol',
      message: `the server sent a message that is not JSON-RPC: ${shown}`,
    }
    expect(outcomes).toMatchObject([failure, failure])
    expect(connection.usable).toBe(false)
    expect(await connection.closed).toMatchObject({ message: failure.message })
  })
})

describe('a nonce', () => {
  test('is different in every echo, and the reply must contain it', async () => {
    const server = await legacyServer((message, say) => say(echoed(message)))
    const connection = await connected(server.url)
    for (const id of [0, 1]) expect(await ask(connection, ECHO, id)).toMatchObject({ ok: true })
    const messages = server.said.slice(-2).map(({ params }) => params?.arguments?.['message'])
    expect(messages).toEqual([expect.stringMatching(/^hi \[\w+-2\]$/), expect.stringMatching(/^hi \[\w+-4\]$/)])
  })

  test('detects both of two swapped replies', async () => {
    const waiting: Said[] = []
    const server = await legacyServer((message, say) => {
      waiting.push(message)
      const [one, two] = waiting
      if (one === undefined || two === undefined) return
      say({ ...echoed(one), id: two.id })
      say({ ...echoed(two), id: one.id })
    })
    const connection = await connected(server.url)
    const outcomes = await Promise.all([ask(connection, ECHO, 0), ask(connection, ECHO, 1)])
    const failure = {
      ok: false,
      errorClass: 'misrouted',
      message: expect.stringMatching(/^the reply contains '\[.*', which another call sent, instead of '\[/),
    }
    expect(outcomes).toMatchObject([failure, failure])
  })

  test('distinguishes a tool that does not return its input from swapped replies', async () => {
    const server = await legacyServer((message, say) =>
      say({ jsonrpc: '2.0', id: message.id, result: { content: [{ type: 'text', text: 'hi' }] } }),
    )
    const connection = await connected(server.url)
    expect(await ask(connection, ECHO)).toMatchObject({
      ok: false,
      errorClass: 'check',
      message: expect.stringContaining('(nonce: false switches this check off)'),
    })
  })

  test('detects swapped replies in a batch, which contains both nonces', async () => {
    const waiting: Said[] = []
    const server = await legacyServer((message, say) => {
      waiting.push(message)
      const [one, two] = waiting
      if (one === undefined || two === undefined) return
      say(
        `${JSON.stringify([
          { ...echoed(one), id: two.id },
          { ...echoed(two), id: one.id },
        ])}\n`,
      )
    })
    const connection = await connected(server.url)
    const outcomes = await Promise.all([ask(connection, ECHO, 0), ask(connection, ECHO, 1)])
    expect(outcomes).toMatchObject([{ errorClass: 'misrouted' }, { errorClass: 'misrouted' }])
  })

  test('is inserted at the path in the request, and omitted for nonce: false', async () => {
    const server = await legacyServer((message, say) => say({ jsonrpc: '2.0', id: message.id, result: message.params }))
    const connection = await connected(server.url)
    const nested = { tool: 'search', arguments: { filter: { words: ['a', 'b'] }, size: 3 } }
    expect(await ask(connection, { ...nested, nonce: 'filter.words.1' })).toMatchObject({ ok: true })
    expect(server.said.at(-1)?.params?.arguments).toEqual({
      filter: { words: ['a', expect.stringMatching(/^b \[/)] },
      size: 3,
    })
    await ask(connection, { method: 'x', params: { y: 'z' }, nonce: 'y' }, 1)
    expect(server.said.at(-1)?.params).toEqual({ y: expect.stringMatching(/^z \[/) })
    await ask(connection, { ...ECHO, nonce: false }, 2)
    expect(server.said.at(-1)?.params).toEqual({ name: 'echo', arguments: { message: 'hi' } })
    expect(nested.arguments.filter.words).toEqual(['a', 'b'])
  })
})
