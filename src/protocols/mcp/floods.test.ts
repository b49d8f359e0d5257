import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import { flood } from '../hostile-server.fixture.ts'
import { event, json, postServer, sessionServer, stream } from './http/scripted-server.fixture.ts'
import { ask, connected, echoed, overPipes } from './mcp.fixture.ts'
import type { McpOptions } from './options.ts'

/** An era without a handshake, because these servers read nothing. */
const MODERN = { protocolVersion: '2026-07-28' } as const
const LEGACY = { protocolVersion: '2025-11-25' } as const
const MIB = 1024 * 1024
const LIMIT_BYTES = 8 * MIB
/** More than the buffers of two sockets hold, in addition to the limit. */
const SLACK_BYTES = 24 * MIB

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port

async function floodingServer(piece: string | Buffer): Promise<{ url: URL; sockets: Socket[] }> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    flood(socket, piece)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { url: new URL(`mcp+tcp://127.0.0.1:${portOf(server)}`), sockets }
}

const writtenTo = (sockets: readonly Socket[]): number =>
  sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0)

describe('a message without an end', () => {
  test('over TCP ends the connection at the limit', async () => {
    const { url, sockets } = await floodingServer('x'.repeat(64 * 1024))
    const connection = await connected(url, MODERN)
    expect(await ask(connection, { method: 'x' })).toMatchObject({
      errorClass: 'protocol',
      message: `a line is longer than ${LIMIT_BYTES} bytes; mcp({ maxMessageBytes }) sets this limit`,
    })
    await connection.closed
    expect(connection.usable).toBe(false)
    expect(writtenTo(sockets)).toBeLessThan(LIMIT_BYTES + SLACK_BYTES)
  })

  test('on five connections takes a bounded amount of memory', async () => {
    const { url } = await floodingServer('x'.repeat(64 * 1024))
    const before = process.memoryUsage.rss()
    let peak = before
    const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 2)
    onTestFinished(() => clearInterval(sampling))
    const connections = await Promise.all(Array.from({ length: 5 }, () => connected(url, MODERN)))
    const outcomes = await Promise.all(connections.map((connection) => ask(connection, { method: 'x' })))
    expect(outcomes.map(({ errorClass }) => errorClass)).toEqual(Array(5).fill('protocol'))
    // The buffers, their former halves while they grow, and pieces that are not collected yet. Without a limit, each
    // connection takes hundreds of megabytes.
    expect(peak - before).toBeLessThan(5 * 5 * LIMIT_BYTES)
  })

  test('over pipes ends the process', async () => {
    const endless =
      'const more = () => { while (process.stdout.write("x".repeat(65536))); }; process.stdout.on("drain", more); more()'
    const connection = await overPipes([process.execPath, '-e', endless], MODERN)
    expect(await ask(connection, { method: 'x' })).toMatchObject({
      errorClass: 'protocol',
      message: expect.stringMatching(/^a line is longer than 8388608 bytes/),
    })
    await connection.closed
  })

  test('may be longer when the options or the messages of the plan are', async () => {
    const at = async (options: McpOptions, messageBytes?: number): Promise<unknown> => {
      const { url } = await floodingServer('x'.repeat(64 * 1024))
      const connection = await connected(
        url,
        { ...MODERN, ...options },
        messageBytes === undefined ? {} : { messageBytes },
      )
      return (await ask(connection, { method: 'x' })).message
    }
    expect(await at({ maxMessageBytes: 4_096 })).toMatch(/^a line is longer than 4096 bytes/)
    expect(await at({}, MIB)).toMatch(/^a line is longer than 10485760 bytes/)
  })

  test.each([
    ['JSON', 'application/json', '{"result":"', 'x'.repeat(64 * 1024), 'the body'],
    ['one event', 'text/event-stream', 'data: ', 'x'.repeat(64 * 1024), 'a line of the event stream'],
    ['an event of short lines', 'text/event-stream', '', 'data:x\n'.repeat(8 * 1024), 'an event'],
  ])('as %s over HTTP fails its call at the limit', async (_, type, start, piece, what) => {
    const { url, sockets } = await postServer(({ response }) => {
      response.writeHead(200, { 'content-type': type }).write(start)
      flood(response, piece)
    })
    const connection = await connected(url, MODERN, { negotiated: SPOKEN })
    expect(await ask(connection, { method: 'x' })).toMatchObject({
      errorClass: 'protocol',
      message: `${what} is longer than ${LIMIT_BYTES} bytes; mcp({ maxMessageBytes }) sets this limit`,
    })
    expect(connection.usable).toBe(true)
    expect(writtenTo(sockets)).toBeLessThan(LIMIT_BYTES + SLACK_BYTES)
  })

  test('on the stream to listen to ends this stream, and calls continue', async () => {
    const streams: ServerResponse[] = []
    const { url } = await sessionServer(
      ({ message, response }) => json(response, echoed(message)),
      ({ method }, response) => {
        if (method !== 'GET') return void response.writeHead(204).end()
        streams.push(stream(response))
        flood(response, 'data: x\n'.repeat(1_024))
      },
    )
    const connection = await connected(url, { ...LEGACY, listen: true, maxMessageBytes: 64 * 1024 })
    await vi.waitUntil(() => streams[0]?.destroyed === true, { timeout: 10_000 })
    expect(await ask(connection, { method: 'x' })).toMatchObject({ ok: true })
    expect(streams).toHaveLength(1)
  })
})

/** What `negotiate` determines; these servers cannot. */
const SPOKEN = { era: 'modern', version: '2026-07-28', httpSse: false }

/** The id is long, because an answer repeats it, and answers fill the buffers of two sockets first. */
const PING = `{"jsonrpc":"2.0","id":"${'p'.repeat(900)}","method":"ping"}`
const PINGS = `${PING}\n`.repeat(100)

describe('pings from a server that reads no answer', () => {
  /** Resolves when the server could write something, and then nothing more for 300 ms. */
  async function stalled(written: () => number): Promise<void> {
    await vi.waitUntil(
      async () => {
        const before = written()
        await setTimeout(300)
        return before > 0 && written() === before
      },
      { timeout: 10_000, interval: 1 },
    )
  }

  test('over TCP are no longer read', { timeout: 15_000 }, async () => {
    const { url, sockets } = await floodingServer(PINGS)
    // Sockets of the server are not read, because nothing listens to their data.
    const connection = await connected(url, MODERN)
    await stalled(() => writtenTo(sockets))
    expect(writtenTo(sockets)).toBeLessThan(SLACK_BYTES)
    expect(connection.usable).toBe(true)
  })

  test('over WebSocket are no longer read', { timeout: 15_000 }, async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    await once(server, 'listening')
    const sockets: Socket[] = []
    server.on('connection', (webSocket, { socket }) => {
      sockets.push(socket)
      socket.pause()
      const more = (error?: Error | null): void => {
        if (error) return
        for (let i = 0; i < 99; i++) webSocket.send(PING)
        webSocket.send(PING, more)
      }
      more()
    })
    onTestFinished(() => {
      for (const client of server.clients) client.terminate()
      server.close()
    })
    const connection = await connected(new URL(`mcp+ws://127.0.0.1:${portOf(server)}`), MODERN)
    await stalled(() => writtenTo(sockets))
    expect(writtenTo(sockets)).toBeLessThan(SLACK_BYTES)
    expect(connection.usable).toBe(true)
  })

  test('over pipes are no longer read', async () => {
    const script = `let bytes = 0
      const more = () => { do { bytes += ${PINGS.length} } while (process.stdout.write(${JSON.stringify(PINGS)})) }
      process.stdout.on('drain', more); more()
      setInterval(() => process.stderr.write('written ' + bytes + '\\n'), 100)
      setTimeout(() => process.exit(3), 1000)`
    const connection = await overPipes([process.execPath, '-e', script], MODERN)
    const { message = '' } = await ask(connection, { method: 'x' })
    const reports = [...message.matchAll(/written (\d+)/g)].map(([, bytes]) => Number(bytes))
    expect(reports.length).toBeGreaterThan(1)
    expect(Math.max(...reports)).toBeLessThan(SLACK_BYTES)
    expect(new Set(reports.slice(-2)).size).toBe(1)
  })

  test('over HTTP are answered only by a bounded number of posts', async () => {
    let posts = 0
    const { url, sockets } = await sessionServer(({ message, response }) => {
      if (message.method === undefined) return void posts++
      stream(response).write(`data: ${PING}\n\n`.repeat(5_000))
      response.end(event({ jsonrpc: '2.0', id: message.id, result: {} }))
    })
    const connection = await connected(url, LEGACY)
    expect(await ask(connection, { method: 'x' })).toMatchObject({ ok: true })
    await setTimeout(300)
    expect(posts).toBeGreaterThan(0)
    expect(posts).toBeLessThan(500)
    expect(sockets.filter(({ destroyed }) => !destroyed).length).toBeLessThan(10)
  })
})
