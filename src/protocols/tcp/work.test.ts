import { describe, expect, test } from 'vitest'
import { startFixture, workCertificate } from '../../../fixtures/index.ts'
import type { Body, MessageFormat } from '../../model/body.ts'
import type { Outcome, Protocol } from '../../model/protocol.ts'
import type { TcpRequest } from './request.ts'
import { tcp, tcpKind } from './index.ts'
import type { Framing } from './index.ts'
import { contextFor, send } from './server.fixture.ts'

const LENGTH_4 = { length: 4 } as const

async function start(framing: Framing, secure: boolean) {
  if (typeof framing === 'object' && 'fixed' in framing) throw new TypeError('the embedded target has no fixed frames')
  const fixture = await startFixture('work', { protocol: 'tcp', framing, secure })
  const protocol = tcpKind.create(tcp({ framing }))
  const context = contextFor({ tls: { ca: workCertificate } })
  const ask = async (request: TcpRequest | undefined): Promise<Outcome & { messages: readonly number[] }> => {
    const connection = await protocol.connect(new URL(fixture.url), context)
    const asked = send(connection, { ...request, read: 'text' })
    const outcome = await asked.done
    await connection.close()
    return { ...outcome, messages: asked.messages }
  }
  return { fixture, protocol, ask, [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose]() }
}

describe.each<[Framing, MessageFormat, boolean]>([
  ['newline', 'text', false],
  [LENGTH_4, 'text', false],
  [LENGTH_4, 'binary', false],
  [{ length: 2, endian: 'little', includesPrefix: true }, 'binary', false],
  [{ delimiter: '\r\n' }, 'text', false],
  ['until-close', 'binary', false],
  [LENGTH_4, 'binary', true],
])('the embedded target over %j, %s, TLS: %s', (framing, format, secure) => {
  test('handles read, write, echo and stream', async () => {
    await using target = await start(framing, secure)
    const { protocol, ask } = target
    const { work }: Pick<Protocol<TcpRequest>, 'work'> = protocol
    const read = await ask(work?.read(500, format))
    expect(read).toMatchObject({ ok: true })
    expect(read.bytesReceived).toBeGreaterThanOrEqual(500)
    const bodies: readonly Body[] = ['böse', Buffer.from('bytes'), Buffer.alloc(20_000, 'long'), generated(2_000)]
    for (const body of bodies) {
      expect(await ask(work?.write(body, format))).toMatchObject({
        ok: true,
        answer: { text: String(typeof body === 'string' ? 5 : body.length) },
      })
      expect(await ask(work?.echo(body, format))).toMatchObject({ ok: true, answer: { text: textOf(body) } })
    }
    const streamed = await ask(work?.stream(3, 100, format))
    expect(streamed).toMatchObject({ ok: true })
    if (framing === 'until-close') expect(streamed.bytesReceived).toBeGreaterThanOrEqual(300)
    else expect(streamed.answer?.messages).toHaveLength(3)
    expect(await target.fixture.control.counts()).toMatchObject({ verbs: { read: 1, write: 4, echo: 4, stream: 1 } })
  })
})

function generated(length: number): Exclude<Body, string | Uint8Array> {
  return {
    length,
    *chunks() {
      for (let at = 0; at < length; at += 500) yield Buffer.alloc(500, `${at}`)
    },
  }
}

function textOf(body: Body): string {
  if (typeof body === 'string') return body
  return 'chunks' in body ? Buffer.concat([...body.chunks()]).toString() : Buffer.from(body).toString()
}

test('returns every pipelined response to its own request', async () => {
  await using target = await start(LENGTH_4, false)
  const protocol = tcpKind.create(tcp({ framing: LENGTH_4, maxInFlight: 50 }))
  const connection = await protocol.connect(new URL(target.fixture.url), contextFor())
  const texts = Array.from({ length: 500 }, (_, i) => `number ${i}`)
  const asked = texts.map((text) => {
    const request = protocol.work?.echo(text, 'text')
    return send(connection, { ...request, read: 'text' }).done
  })
  expect((await Promise.all(asked)).map(({ answer }) => answer?.text)).toEqual(texts)
  await connection.close()
})

test('a protocol with fixed frames has no work requests', () => {
  expect(tcpKind.create(tcp({ framing: { fixed: 8 } })).work).toBeUndefined()
})
