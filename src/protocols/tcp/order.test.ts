import { expect, test } from 'vitest'
import type { GeneratedBody } from '../../model/body.ts'
import type { Connection, Outcome } from '../../model/protocol.ts'
import type { TcpRequest } from './request.ts'
import { lines, open, send, testServer } from './server.fixture.ts'

const LARGE: GeneratedBody = {
  length: 3,
  *chunks() {
    for (const letter of 'abc') yield Buffer.from(letter)
  },
}

/** Sends the second request from the `onDone` of the first, as the engine does. */
function oneAfterTheOther(connection: Connection<TcpRequest>, first: TcpRequest, second: TcpRequest): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const ask = (payload: TcpRequest, onDone: (outcome: Outcome) => void): void => {
    connection.exchange({ requestId: 0, operation: '', payload }, { onMessage() {}, onDone })
  }
  ask(first, () => ask(second, resolve))
  return promise
}

test('a frame that waits behind a generated one is sent before frames that follow its completion', async () => {
  const received: string[] = []
  const server = await testServer(
    lines((line) => {
      received.push(line)
      return line === 'abc' ? undefined : `${line}!\n`
    }),
  )
  const connection = await open(server, { maxInFlight: 3 })
  const later = oneAfterTheOther(connection, { data: LARGE, replies: 0 }, { data: 'third', read: 'text' })
  const waited = send(connection, { data: 'second', read: 'text' })
  expect((await waited.done).answer?.text).toBe('second!')
  expect((await later).answer?.text).toBe('third!')
  expect(received).toEqual(['abc', 'second', 'third'])
})

test('a frame that arrives before a request was sent does not answer it, even with others in flight', async () => {
  const server = await testServer(
    lines((line) => (line === '2' ? '1!\n2!\nnews\n' : line === '3' ? '3!\n' : undefined)),
  )
  const connection = await open(server, { maxInFlight: 2 })
  const later = oneAfterTheOther(connection, { data: '1', read: 'text' }, { data: '3', read: 'text' })
  const second = send(connection, { data: '2', read: 'text' })
  expect(await second.done).toMatchObject({ answer: { text: '2!' } })
  expect(await later).toMatchObject({ answer: { text: '3!' } })
})
