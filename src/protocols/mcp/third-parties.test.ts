import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Connection } from '../../model/protocol.ts'
import type { McpRequest } from './request.ts'
import { ask, connected, overPipes } from './mcp.fixture.ts'

/** Returns the entry file of a server package. */
function entryOf(name: string): string {
  return fileURLToPath(new URL(`../../../node_modules/@modelcontextprotocol/${name}/dist/index.js`, import.meta.url))
}

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'describe-load-mcp-'))
  onTestFinished(() => rm(made, { recursive: true }))
  return made
}

const AUTO = { protocolVersion: 'auto' } as const
const EVERYTHING = [process.execPath, entryOf('server-everything'), 'stdio']

/** Makes many echo calls at once, each with its nonce. */
async function echoAll(connection: Connection<McpRequest>, count: number): Promise<void> {
  const calls = Array.from({ length: count }, (_, i) =>
    ask(connection, { tool: 'echo', arguments: { message: `message ${i}` }, read: 'text' }, i),
  )
  const outcomes = await Promise.all(calls)
  outcomes.forEach(({ ok, answer }, i) => {
    expect(ok).toBe(true)
    expect(answer?.text).toContain(`Echo: message ${i} [`)
  })
}

describe('server-everything over stdio: node dist/index.js stdio', () => {
  test('answers every kind of request', async () => {
    const connection = await overPipes(EVERYTHING, AUTO)
    expect(connection.version).toBe('2025-11-25')
    await echoAll(connection, 200)
    const sum = await ask(connection, { tool: 'get-sum', arguments: { a: 40, b: 2 }, read: 'text' })
    expect(sum.answer?.text).toContain('42')
    expect(await ask(connection, { method: 'ping' })).toMatchObject({ ok: true })
    const list = await ask(connection, { method: 'resources/list', read: 'json' })
    const [resource] =
      (list.answer?.json as { readonly resources: readonly { readonly uri: string }[] } | undefined)?.resources ?? []
    expect(await ask(connection, { resource: resource?.uri ?? '' })).toMatchObject({ ok: true })
    expect(await ask(connection, { prompt: 'simple-prompt', read: 'text' })).toMatchObject({
      ok: true,
      answer: { text: expect.stringMatching(/\w/) },
    })
  })

  test('reports the errors of the server with their classes', async () => {
    const connection = await overPipes(EVERYTHING, AUTO)
    expect(await ask(connection, { tool: 'no-such-tool' })).toMatchObject({
      errorClass: 'tool-error',
      message: expect.stringContaining('no-such-tool'),
    })
    expect(await ask(connection, { tool: 'get-sum', arguments: { a: 'x' } })).toMatchObject({
      errorClass: 'tool-error',
    })
    expect(await ask(connection, { method: 'no/such/method' })).toMatchObject({
      errorClass: 'jsonrpc',
      message: '-32601: Method not found',
    })
    expect(await ask(connection, { resource: 'demo://no/such' })).toMatchObject({ errorClass: 'jsonrpc' })
    expect(connection.usable).toBe(true)
  })

  test('reports progress, and does not delay other calls', async () => {
    const connection = await overPipes(EVERYTHING, AUTO)
    const slow = { tool: 'trigger-long-running-operation', arguments: { duration: 1, steps: 4 }, progress: true }
    let done = false
    const running = ask(connection, slow, 1).finally(() => (done = true))
    await echoAll(connection, 1)
    expect(done).toBe(false)
    const { ok, messages } = await running
    expect({ ok, steps: messages.length }).toEqual({ ok: true, steps: 4 })
  })

  test('gets a cancel notification, and answers further calls', async () => {
    const connection = await overPipes(EVERYTHING, AUTO)
    const payload = { tool: 'trigger-long-running-operation', arguments: { duration: 60, steps: 1 } }
    const events = { onMessage: () => {}, onDone: () => expect.unreachable() }
    const cancel = connection.exchange({ requestId: 500, operation: 'slow', payload }, events)
    await echoAll(connection, 1)
    expect(cancel().bytesSent).toBeGreaterThan(100)
    await echoAll(connection, 10)
    await connection.close()
  })
})

test('server-memory remembers: MEMORY_FILE_PATH=… node dist/index.js', async () => {
  const env = { MEMORY_FILE_PATH: join(await folder(), 'memory.jsonl') }
  const stdio = { stdio: [process.execPath, entryOf('server-memory')], env }
  const connection = await overPipes([], AUTO, { stdio })
  for (let i = 0; i < 20; i++) {
    const entities = [{ name: `entity ${i}`, entityType: 'thing', observations: ['ü'] }]
    expect(await ask(connection, { tool: 'create_entities', arguments: { entities } }, i)).toMatchObject({ ok: true })
  }
  const { answer } = await ask(connection, { tool: 'read_graph', read: 'text' })
  const graph = JSON.parse(answer?.text ?? '') as { readonly entities: readonly unknown[] }
  expect(graph.entities).toHaveLength(20)
})

test('server-filesystem reads allowed files: node dist/index.js <allowed folder>', async () => {
  const allowed = await folder()
  await writeFile(join(allowed, 'a.txt'), 'grüße')
  const connection = await overPipes([process.execPath, entryOf('server-filesystem'), allowed], AUTO)
  const read = (path: string): McpRequest => ({ tool: 'read_text_file', arguments: { path }, read: 'text' })
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, (_, i) => ask(connection, read(join(allowed, 'a.txt')), i)),
  )
  expect(outcomes.map(({ answer }) => answer?.text)).toEqual(outcomes.map(() => 'grüße'))
  expect(await ask(connection, read('/etc/passwd'))).toMatchObject({
    errorClass: 'tool-error',
    message: expect.stringContaining('Access denied'),
  })
})

test('a server of 2026-07-28 written with @modelcontextprotocol/server: node modern-server.fixture.ts', async () => {
  const script = fileURLToPath(new URL('modern-server.fixture.ts', import.meta.url))
  const connection = await overPipes([process.execPath, script], AUTO)
  expect(connection.version).toBe('2026-07-28')
  const calls = Array.from({ length: 50 }, (_, i) => ask(connection, { tool: 'now', read: 'json' }, i))
  for (const { answer } of await Promise.all(calls)) {
    expect(answer?.json).toMatchObject({ content: [{ type: 'text', text: 'late' }], resultType: 'complete' })
  }
  expect(await ask(connection, { tool: 'fail' })).toMatchObject({ errorClass: 'tool-error', message: 'not today' })
  expect(await ask(connection, { tool: 'none' })).toMatchObject({ errorClass: 'jsonrpc' })
  expect(await ask(connection, { method: 'ping' })).toMatchObject({ errorClass: 'jsonrpc' })
})

/** Returns a suffix for the test name when the program is not installed. */
function missing(program: string): string {
  return spawnSync(program, ['-V']).error === undefined ? '' : ` (skipped: ${program} is not installed)`
}

/** Starts a program that serves MCP on a free port, and returns the port. */
async function behindPort(command: (port: number) => readonly string[]): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  probe.close()
  await once(probe, 'close')
  const [program = '', ...args] = command(port)
  const server = spawn(program, args, { stdio: 'ignore', detached: true })
  const { pid } = server
  const exited = once(server, 'exit')
  onTestFinished(async () => {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
    await exited
  })
  return port
}

/** Retries until the server listens. */
async function onceListening(url: URL): Promise<Connection<McpRequest>> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await connected(url, AUTO)
    } catch (error) {
      if (attempt === 100) throw error
      await setTimeout(50)
    }
  }
}

const noWebsocketd = missing('websocketd')
test.skipIf(noWebsocketd !== '')(
  `websocketd --port=… node server-everything stdio serves MCP over WebSocket${noWebsocketd}`,
  async () => {
    const port = await behindPort((free) => ['websocketd', `--port=${free}`, '--address=127.0.0.1', ...EVERYTHING])
    const connection = await onceListening(new URL(`mcp+ws://127.0.0.1:${port}/`))
    expect(connection.version).toBe('2025-11-25')
    await echoAll(connection, 100)
    await connection.close()
  },
)

const noSocat = missing('socat')
test.skipIf(noSocat !== '')(
  `socat TCP-LISTEN:…,fork EXEC:'node server-everything stdio' serves MCP over TCP${noSocat}`,
  async () => {
    const port = await behindPort((free) => [
      'socat',
      `TCP-LISTEN:${free},bind=127.0.0.1,fork,reuseaddr`,
      `EXEC:${EVERYTHING.join(' ')}`,
    ])
    const connection = await onceListening(new URL(`mcp+tcp://127.0.0.1:${port}`))
    await echoAll(connection, 100)
    await connection.close()
  },
)
