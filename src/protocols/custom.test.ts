import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { CustomConnection, CustomOutcome, CustomProtocol } from '../model/custom-protocol.ts'
import type { Connection, ExchangeEvents, Outcome } from '../model/protocol.ts'
import type { AnyRequest } from '../model/requests.ts'
import { protocolConformance } from './conformance/index.ts'
import type { ConformanceServer } from './conformance/index.ts'
import { customProtocol } from './custom.ts'

/** A protocol as a user would write it: it sends one byte and receives one byte, one exchange at a time. */
const byte: CustomProtocol = {
  name: 'byte',
  async connect({ hostname, port }, { signal }) {
    signal.throwIfAborted()
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect', { signal })
    return byteConnection(socket)
  },
}

function byteConnection(socket: Socket): CustomConnection {
  const { promise: closed, resolve } = Promise.withResolvers<Error | undefined>()
  let failure: Error | undefined
  let over: ((outcome: CustomOutcome) => void) | undefined
  let closing = false
  socket.on('error', (error) => (failure = error))
  socket.on('data', (bytes) => over?.({ ok: true, bytesSent: 1, bytesReceived: bytes.length }))
  socket.on('close', () => resolve(closing ? undefined : (failure ?? new Error('the server went away'))))
  return {
    closed,
    exchange(_, { onDone }) {
      over = onDone
      socket.write('x')
    },
    close() {
      closing = true
      socket.destroy()
    },
  }
}

async function byteServer(): Promise<ConformanceServer> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (bytes) => socket.write(bytes))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `byte://127.0.0.1:${port}`,
    stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

describe('a custom protocol', () => {
  it.each(protocolConformance(byte, { start: byteServer }))('$name', ({ run }) => run())
})

/** Runs one exchange on a connection with this behaviour. */
function exchanged(connection: CustomConnection, events: Partial<ExchangeEvents> = {}): Promise<Outcome> {
  const protocol = customProtocol({ name: 'mine', connect: () => connection })
  const context = { signal: new AbortController().signal, tls: {}, headers: {}, reuse: true, log: () => {} }
  return protocol.connect(new URL('mine://here'), context).then(
    (opened) =>
      new Promise((resolve) => {
        const outgoing = { requestId: 7, operation: 'op', payload: { a: 1 } }
        opened.exchange(outgoing, { onMessage: () => {}, onDone: resolve, ...events })
      }),
  )
}

describe('mistakes in a custom protocol', () => {
  it('fails the exchange when it throws or rejects', async () => {
    const failure = { ok: false, errorClass: 'user-error', message: 'exchange threw: oh' }
    const oh = new Error('oh')
    expect(
      await exchanged({
        exchange() {
          throw oh
        },
      }),
    ).toMatchObject(failure)
    expect(await exchanged({ exchange: () => Promise.reject(oh) })).toMatchObject(failure)
  })

  it('ignores a second outcome of the same exchange', async () => {
    let calls = 0
    await new Promise<void>((resolve) => {
      void exchanged(
        {
          exchange(_, { onDone }) {
            onDone({ ok: true })
            onDone({ ok: false })
            resolve()
          },
        },
        { onDone: () => calls++ },
      )
    })
    expect(calls).toBe(1)
  })

  it('defaults bytes to 0 and the error class to protocol', async () => {
    expect(await exchanged({ exchange: (_, { onDone }) => onDone({ ok: true }) })).toEqual({
      ok: true,
      bytesSent: 0,
      bytesReceived: 0,
    })
    expect(await exchanged({ exchange: (_, { onDone }) => onDone({ ok: false }) })).toMatchObject({
      errorClass: 'protocol',
    })
  })

  it.each([429, 'RESOURCE_EXHAUSTED'])('passes on the status %s of a success and of a failure', async (status) => {
    for (const ok of [true, false]) {
      expect(await exchanged({ exchange: (_, { onDone }) => onDone({ ok, status }) })).toMatchObject({ ok, status })
    }
  })

  it.each([Number.NaN, '', 'x'.repeat(101), { code: 1 }])('fails an exchange whose status is %j', async (status) => {
    const outcome = await exchanged({ exchange: (_, { onDone }) => onDone({ ok: true, status: status as number }) })
    expect(outcome).toMatchObject({ ok: false, errorClass: 'protocol' })
    expect(outcome.message).toMatch(/^status must be a number or a string of 1 to 100 characters, got /)
  })

  it('passes the request on unchanged, and aborts its signal when the exchange is cancelled', async () => {
    let seen: unknown
    const connection: CustomConnection = {
      exchange({ requestId, operation, payload, signal }) {
        seen = { requestId, operation, payload, aborted: signal.aborted }
        signal.addEventListener('abort', () => (seen = 'aborted'))
      },
    }
    const context = { signal: new AbortController().signal, tls: {}, headers: {}, reuse: true, log: () => {} }
    const opened = await customProtocol({ name: 'mine', connect: () => connection }).connect(
      new URL('mine://x'),
      context,
    )
    const outgoing = { requestId: 7, operation: 'op', payload: { a: 1 } }
    const cancel = opened.exchange(outgoing, { onMessage: () => {}, onDone: () => {} })
    expect(seen).toEqual({ ...outgoing, aborted: false })
    cancel()
    expect(seen).toBe('aborted')
  })
})

describe('invalid outcomes and connections', () => {
  it.each<[unknown, string]>([
    [undefined, 'onDone must be called with { ok: true } or { ok: false }, got undefined'],
    [{ ok: 'yes' }, 'onDone must be called with { ok: true } or { ok: false }, got {"ok":"yes"}'],
    [{ ok: true, bytesReceived: Number.NaN }, 'bytesReceived must be a number of at least 0, got NaN'],
    [{ ok: false, bytesSent: -1 }, 'bytesSent must be a number of at least 0, got -1'],
  ])('fails the exchange with the reason when the outcome is %j', async (reported, message) => {
    const outcome = await exchanged({ exchange: (_, { onDone }) => onDone(reported as CustomOutcome) })
    expect(outcome).toEqual({ ok: false, errorClass: 'protocol', message, bytesSent: 0, bytesReceived: 0 })
  })

  it('names an unknown error class', async () => {
    const reported = { ok: false, errorClass: 'oops' } as unknown as CustomOutcome
    expect(await exchanged({ exchange: (_, { onDone }) => onDone(reported) })).toMatchObject({
      errorClass: 'protocol',
      message: expect.stringMatching(/^errorClass must be one of dns, .*, got 'oops'$/),
    })
  })

  it.each<[unknown, string]>([
    [undefined, 'connect of the protocol mine must return an object with an exchange function, got undefined'],
    [{ maxInFlight: 0, exchange() {} }, 'maxInFlight of the protocol mine must be at least 1, got 0'],
  ])('rejects the connection %j', async (connection, message) => {
    await expect(exchanged(connection as CustomConnection)).rejects.toThrow(message)
  })
})

describe('ending a connection', () => {
  const request = { requestId: 1, operation: '', payload: {} }

  function openOwn(connection: CustomConnection): Promise<Connection<AnyRequest>> {
    const context = { signal: new AbortController().signal, tls: {}, headers: {}, reuse: true, log: () => {} }
    return customProtocol({ name: 'mine', connect: () => connection }).connect(new URL('mine://x'), context)
  }

  it('close waits for the exchange in flight', async () => {
    const reported: string[] = []
    let over: ((outcome: CustomOutcome) => void) | undefined
    const opened = await openOwn({
      exchange: (_, { onDone }) => void (over = onDone),
      close: () => void reported.push('close'),
    })
    opened.exchange(request, { onMessage() {}, onDone: ({ ok }) => reported.push(`done ${ok}`) })
    const closing = opened.close()
    expect([reported, opened.usable]).toEqual([[], false])
    over?.({ ok: true })
    await closing
    expect(reported.toSorted()).toEqual(['close', 'done true'])
  })

  it('destroy does not wait for a close that never resolves', async () => {
    let destroyed = 0
    const never = new Promise<void>(() => {})
    const opened = await openOwn({ exchange() {}, close: () => never, destroy: () => void destroyed++ })
    void opened.close()
    for (let i = 0; i < 2; i++) opened.destroy()
    expect(await opened.closed).toBeUndefined()
    expect(destroyed).toBe(1)
  })
})

it('aborting connect rejects immediately when the protocol ignores the signal, and destroys the late connection', async () => {
  const late = Promise.withResolvers<CustomConnection>()
  const destroyed = Promise.withResolvers<void>()
  const abort = new AbortController()
  const context = { signal: abort.signal, tls: {}, headers: {}, reuse: true, log: () => {} }
  const connecting = customProtocol({ name: 'mine', connect: () => late.promise }).connect(new URL('mine://x'), context)
  abort.abort()
  await expect(connecting).rejects.toThrow('connecting to x was cancelled')
  late.resolve({ exchange() {}, destroy: destroyed.resolve })
  await destroyed.promise
})

describe('the conformance cases', () => {
  it('detect a protocol that never answers and that connects without a server', async () => {
    const failed = async (own: CustomProtocol): Promise<readonly string[]> => {
      const start = (): ConformanceServer => ({ url: 'mine://here', stop: () => {} })
      const cases = protocolConformance(own, { start, patienceMs: 100 })
      const results = await Promise.all(
        cases.map(({ name, run }) =>
          run().then(
            () => undefined,
            () => name,
          ),
        ),
      )
      return results.filter((name) => name !== undefined)
    }
    const silent = await failed({ name: 'silent', connect: () => ({ exchange() {} }) })
    expect(silent).toContain('calls onDone once per exchange, with a valid outcome')
    expect(silent).toContain('rejects when no server is listening')
  })
})
