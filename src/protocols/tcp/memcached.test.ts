import { describe, expect, test } from 'vitest'
import { ask, open } from './server.fixture.ts'
import { exchangeAll, skipped, startThirdParty } from './third-party.fixture.ts'

const START = ['memcached', '-l', '127.0.0.1', '-p', '{port}', '-u', 'nobody']
const reason = skipped('memcached', 'memcached')
const framing = { delimiter: '\r\n' }
const COUNT = 300

describe.skipIf(reason !== '')(`memcached, with its text protocol${reason}`, () => {
  test.each([1, 32])('returns every response to its own request, %d in flight', async (maxInFlight) => {
    await using server = await startThirdParty(START)
    const connection = await open(server, { framing, maxInFlight })
    expect(await ask(connection, { data: 'version', read: 'text' })).toMatchObject({
      ok: true,
      answer: { text: expect.stringMatching(/^VERSION \d/) },
    })
    const values = Array.from({ length: COUNT }, (_, i) => `value-${i} ${'x'.repeat(i)}`)
    const outcomes = await exchangeAll(
      connection,
      values.flatMap((value, i) => [
        // A command with a data block is two frames. The server answers only the second.
        { data: `set key:${i} 0 0 ${value.length}`, replies: 0, read: 'text' },
        { data: value, read: 'text' },
        { data: `get key:${i}`, replies: 3, read: 'text' },
        { data: `get missing:${i}`, read: 'text' },
      ]),
    )
    expect(outcomes.map(({ answer }) => answer?.messages)).toEqual(
      values.flatMap((value, i) => [[], ['STORED'], [`VALUE key:${i} 0 ${value.length}`, value, 'END'], ['END']]),
    )
    expect(outcomes.every(({ ok }) => ok)).toBe(true)
    expect(connection.usable).toBe(true)
  })

  test('stores and returns a value of 1 MB', async () => {
    await using server = await startThirdParty(START)
    const connection = await open(server, { framing })
    const value = 'y'.repeat(1_000_000)
    await ask(connection, { data: `set large 0 0 ${value.length}`, replies: 0 })
    expect(await ask(connection, { data: value, read: 'text' })).toMatchObject({ answer: { text: 'STORED' } })
    const got = await ask(connection, { data: 'get large', replies: 3, read: 'text' })
    expect(got.answer?.messages?.[1]).toBe(value)
  })
})
