import { once } from 'node:events'
import { realpathSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { McpRequest } from './request.ts'
import { mcp, mcpKind } from './index.ts'
import { ask, contextFor, overPipes, PING, STDIO } from './mcp.fixture.ts'

const SCRIPT = fileURLToPath(new URL('scripted-server.fixture.ts', import.meta.url))
const PINNED = { protocolVersion: '2025-11-25' } as const
const JSON_PING: McpRequest = { ...PING, read: 'json' }
const IGNORE = { onMessage: () => {}, onDone: () => {} }

function command(behaviour: string): readonly string[] {
  return [process.execPath, SCRIPT, behaviour]
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('a server over stdio', () => {
  test('starts, answers, and exits when its input ends', async () => {
    const connection = await overPipes(command('plain'), PINNED)
    const { pid = 0 } = connection
    const outcomes = await Promise.all(Array.from({ length: 50 }, (_, i) => ask(connection, JSON_PING, i)))
    expect(outcomes.every(({ ok }) => ok)).toBe(true)
    expect(outcomes[0]?.answer?.json).toEqual({ pid })
    await connection.close()
    expect(await connection.closed).toBeUndefined()
    expect(exists(pid)).toBe(false)
  })

  test('inherits the environment and gets the variables and folder of the plan', async () => {
    const cwd = realpathSync(tmpdir())
    const stdio = { stdio: command('reports where it runs'), env: { SCRIPTED: 'yes' }, cwd }
    const connection = await overPipes([], PINNED, { stdio })
    expect((await ask(connection, JSON_PING)).answer?.json).toEqual({ cwd, env: 'yes' })
  })

  test('exchanges messages of the maximum size', async () => {
    const { maxNamedBytes: maxMessageBytes = 0 } = mcpKind.create(mcp())
    const connection = await overPipes(command('echoes'), PINNED, { messageBytes: maxMessageBytes })
    const params = { data: 'ü"'.repeat(maxMessageBytes / 4) }
    const { ok, answer, bytesSent } = await ask(connection, { method: 'x', params, read: 'json' })
    expect(ok).toBe(true)
    expect(bytesSent).toBeGreaterThan(maxMessageBytes)
    expect((answer?.json as typeof params | undefined)?.data === params.data).toBe(true)
  })

  test.each([
    ['exits mid-call', 'the server exited with code 3; end of its stderr: out of cheese redo from start'],
    ['is killed mid-call', 'the server was terminated by SIGKILL'],
  ])('that %s fails the calls in flight', async (behaviour, message) => {
    const connection = await overPipes(command(behaviour), PINNED)
    const outcomes = await Promise.all([ask(connection, PING, 0), ask(connection, PING, 1)])
    const failure = { ok: false, errorClass: 'process-exit', message }
    expect(outcomes).toMatchObject([failure, failure])
    expect(connection.usable).toBe(false)
    expect(await connection.closed).toMatchObject({ message })
  })

  test('may write any amount to stderr', async () => {
    const connection = await overPipes(command('floods stderr'), PINNED)
    for (let i = 0; i < 3; i++) expect(await ask(connection, PING, i)).toMatchObject({ ok: true })
  })

  test('may print a banner and logs on its standard output', async () => {
    const onStrayLine = vi.fn<() => void>()
    const connection = await overPipes(command('prints logs'), PINNED, { onStrayLine })
    for (let i = 0; i < 3; i++) expect(await ask(connection, PING, i)).toMatchObject({ ok: true })
    // The banner, and one line for each message that the server gets.
    expect(onStrayLine).toHaveBeenCalledTimes(6)
  })

  test('may print logs in JSON that look like messages, and omit the version of its replies', async () => {
    const onStrayLine = vi.fn<() => void>()
    const onUnsolicited = vi.fn<() => void>()
    const some = { onStrayLine, onUnsolicited }
    const connection = await overPipes(command('prints logs that look like messages'), PINNED, some)
    for (let i = 0; i < 3; i++) expect(await ask(connection, PING, i)).toMatchObject({ ok: true })
    // Six lines for each message that the server gets.
    expect(onStrayLine).toHaveBeenCalledTimes(5 * 6)
    expect(onUnsolicited).not.toHaveBeenCalled()
  })

  test('that never answers can be cancelled and destroyed', async () => {
    const connection = await overPipes(command('never answers'), PINNED)
    const { pid = 0 } = connection
    const onDone = vi.fn<() => void>()
    const events = { onMessage: () => {}, onDone }
    const cancel = connection.exchange({ requestId: 0, operation: 'x', payload: PING }, events)
    expect(cancel()).toMatchObject({ bytesReceived: 0 })
    connection.destroy()
    expect(await connection.closed).toBeUndefined()
    expect(exists(pid)).toBe(false)
    expect(onDone).not.toHaveBeenCalled()
  })

  test('that closes its output is lost and killed', async () => {
    const connection = await overPipes(command('closes its output'), PINNED)
    const message = 'the server closed its standard output'
    expect(await ask(connection, PING)).toMatchObject({ errorClass: 'connection', message })
    expect(exists(connection.pid ?? 0)).toBe(false)
  })

  test('that outlives its input gets SIGTERM, then SIGKILL', async () => {
    const connection = await overPipes(command('outlives its input'), PINNED)
    await connection.close()
    expect(exists(connection.pid ?? 0)).toBe(false)
  }, 15_000)

  test('gets no signal after its exit, because another process may have its id', async () => {
    const connection = await overPipes(command('plain'), PINNED)
    await connection.close()
    const kill = vi.spyOn(process, 'kill')
    onTestFinished(() => kill.mockRestore())
    connection.destroy()
    await connection.close()
    expect(kill).not.toHaveBeenCalled()
  })

  test('is killed together with its child processes', async () => {
    const listener = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void listener.close())
    await once(listener, 'listening')
    const address = listener.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    const stdio = { stdio: command('has a child'), env: { SCRIPTED: String(port) } }
    const connection = await overPipes([], PINNED, { stdio })
    const cancel = connection.exchange({ requestId: 0, operation: 'x', payload: PING }, IGNORE)
    const [child] = (await once(listener, 'connection')) as [Socket]
    child.on('error', () => {}).resume()
    cancel()
    await Promise.all([connection.close(), once(child, 'close')])
    expect(await connection.closed).toBeUndefined()
  })
})

describe('a failed connection to a server', () => {
  test.each<[string, readonly string[], object]>([
    [
      'the program does not exist',
      ['/no/such/program'],
      { errorClass: 'connect', message: 'could not start /no/such/program: there is no such program or folder' },
    ],
    [
      'the server exits',
      [process.execPath, '-e', 'throw new TypeError("bad luck")'],
      {
        errorClass: 'process-exit',
        message: expect.stringMatching(/^initialize to server failed: the server exited with code 1; .*bad luck/),
      },
    ],
    [
      'the server prints the error on its standard output',
      [process.execPath, '-e', 'console.log("usage: server <folder>\\nno folder")'],
      {
        errorClass: 'process-exit',
        message:
          'initialize to server failed: the server exited with code 0; 2 lines on its standard output (stdout) are not ' +
          "messages, the first: 'usage: server <folder>' (logs belong on stderr)",
      },
    ],
  ])('reports the reason when %s', async (_, stdio, error) => {
    await expect(overPipes(stdio, PINNED)).rejects.toMatchObject({ name: expect.any(String), ...error })
  })

  test('names a missing working folder', async () => {
    const stdio = { stdio: command('plain'), cwd: '/no/such/folder' }
    await expect(overPipes([], PINNED, { stdio })).rejects.toMatchObject({
      message: expect.stringMatching(/^could not start .* in \/no\/such\/folder: /),
    })
  })

  test('ends with class timeout when the server never answers', async () => {
    const controller = new AbortController()
    const stdio = { stdio: [process.execPath, '-e', 'setInterval(() => {}, 1000)'] }
    const protocol = mcpKind.create(mcp(PINNED))
    const connecting = protocol.connect(STDIO, contextFor({ stdio, signal: controller.signal }))
    setTimeout(() => controller.abort(new DOMException('late', 'TimeoutError')), 100)
    await expect(connecting).rejects.toMatchObject({
      errorClass: 'timeout',
      message: 'connecting to server timed out',
    })
  })
})
