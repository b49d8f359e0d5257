import { describe, expect, test } from 'vitest'
import type { Answer } from '../../model/protocol.ts'
import { ask, open } from './server.fixture.ts'
import { exchangeAll, skipped, startThirdParty } from './third-party.fixture.ts'

const START = ['redis-server', '--port', '{port}', '--bind', '127.0.0.1', '--save', '']
const reason = skipped('redis-server', 'redis-server')
const framing = { delimiter: '\r\n' }
const COUNT = 300

describe.skipIf(reason !== '')(`redis, with inline commands${reason}`, () => {
  test.each([1, 32])('returns every response to its own request, %d in flight', async (maxInFlight) => {
    await using server = await startThirdParty(START)
    const connection = await open(server, { framing, maxInFlight })
    expect(await ask(connection, { data: 'PING', read: 'text' })).toMatchObject({ ok: true, answer: { text: '+PONG' } })
    const numbers = Array.from({ length: COUNT }, (_, i) => i)
    const outcomes = await exchangeAll(
      connection,
      numbers.flatMap((i) => [
        { data: `SET key:${i} value-${i}`, read: 'text' },
        // A bulk reply is two frames: its length and its content.
        { data: `GET key:${i}`, replies: 2, read: 'text' },
        { data: 'INCR counter', read: 'text' },
      ]),
    )
    expect(outcomes.map(({ answer }) => answer?.messages)).toEqual(
      numbers.flatMap((i) => [['+OK'], [`$${`value-${i}`.length}`, `value-${i}`], [`:${i + 1}`]]),
    )
    expect(outcomes.every(({ ok }) => ok)).toBe(true)
    expect(connection.usable).toBe(true)
  })

  test('delivers published messages to a request without data', async () => {
    await using server = await startThirdParty(START)
    const [listener, speaker] = [await open(server, { framing }), await open(server, { framing })]
    await ask(listener, { data: 'SUBSCRIBE news', replies: 6 })
    const pushed = ask(listener, { replies: 7, read: 'text' })
    expect(await ask(speaker, { data: 'PUBLISH news hello', read: 'text' })).toMatchObject({ answer: { text: ':1' } })
    const { messages }: Partial<Answer> = (await pushed).answer ?? {}
    expect(messages).toEqual(['*3', '$7', 'message', '$4', 'news', '$5', 'hello'])
  })

  test('ends gracefully after QUIT and with an error when the server is killed', async () => {
    await using server = await startThirdParty(START)
    const [quitting, waiting] = [await open(server, { framing }), await open(server, { framing })]
    expect(await ask(quitting, { data: 'QUIT', read: 'text' })).toMatchObject({ answer: { text: '+OK' } })
    expect(await quitting.closed).toBeUndefined()
    const blocked = ask(waiting, { data: 'BLPOP nothing 0' })
    await server[Symbol.asyncDispose]()
    expect(await blocked).toMatchObject({ ok: false, errorClass: 'connection' })
    expect(await waiting.closed).toBeInstanceOf(Error)
  })
})
