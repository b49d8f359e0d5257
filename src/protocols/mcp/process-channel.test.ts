import { once } from 'node:events'
import { realpathSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { McpRequest } from '../../model/requests.ts'
import { mcp, mcpKind } from './index.ts'
import { ask, contextFor, overPipes, PING, STDIO } from './mcp.case.ts'

const SCRIPT = fileURLToPath(new URL('scripted-server.case.ts', import.meta.url))
const PINNED = { protocolVersion: '2025-11-25' } as const
const JSON_PING: McpRequest = { ...PING, read: 'json' }
const NOBODY = { onMessage: () => {}, onDone: () => {} }

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

describe('a server over its pipes', () => {
  test('is started, asked, and ends when its input does', async () => {
    const connection = await overPipes(command('plain'), PINNED)
    const { pid = 0 } = connection
    const outcomes = await Promise.all(Array.from({ length: 50 }, (_, i) => ask(connection, JSON_PING, i)))
    expect(outcomes.every(({ ok }) => ok)).toBe(true)
    expect(outcomes[0]?.answer?.json).toEqual({ pid })
    await connection.close()
    expect(await connection.closed).toBeUndefined()
    expect(exists(pid)).toBe(false)
  })

  test('has the environment and the folder of the plan, on top of ours', async () => {
    const cwd = realpathSync(tmpdir())
    const stdio = { stdio: command('tells where it is'), env: { SCRIPTED: 'yes' }, cwd }
    const connection = await overPipes([], PINNED, { stdio })
    expect((await ask(connection, JSON_PING)).answer?.json).toEqual({ cwd, env: 'yes' })
  })

  test('takes and gives messages of the longest size', async () => {
    const connection = await overPipes(command('echoes'), PINNED)
    const { longestMessage = 0 } = mcpKind.create(mcp())
    const params = { data: 'ü"'.repeat(longestMessage / 4) }
    const { ok, answer, bytesSent } = await ask(connection, { method: 'x', params, read: 'json' })
    expect(ok).toBe(true)
    expect(bytesSent).toBeGreaterThan(longestMessage)
    expect((answer?.json as typeof params | undefined)?.data === params.data).toBe(true)
  })

  test.each([
    ['exits mid-call', 'the server exited with code 3; it last wrote: out of cheese redo from start'],
    ['is killed mid-call', 'the server was ended by SIGKILL'],
  ])('that %s fails what is under way', async (behaviour, message) => {
    const connection = await overPipes(command(behaviour), PINNED)
    const outcomes = await Promise.all([ask(connection, PING, 0), ask(connection, PING, 1)])
    const failure = { ok: false, errorClass: 'process-exit', message }
    expect(outcomes).toMatchObject([failure, failure])
    expect(connection.usable).toBe(false)
    expect(await connection.closed).toMatchObject({ message })
  })

  test('may write to stderr without end', async () => {
    const connection = await overPipes(command('floods stderr'), PINNED)
    for (let i = 0; i < 3; i++) expect(await ask(connection, PING, i)).toMatchObject({ ok: true })
  })

  test('that never answers keeps nobody from ending it', async () => {
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

  test('that closes its output is lost, and ended', async () => {
    const connection = await overPipes(command('closes its output'), PINNED)
    const message = 'the server closed its standard output'
    expect(await ask(connection, PING)).toMatchObject({ errorClass: 'connection', message })
    expect(exists(connection.pid ?? 0)).toBe(false)
  })

  test('that outlives its input is told to end, and then made to', async () => {
    const connection = await overPipes(command('outlives its input'), PINNED)
    await connection.close()
    expect(exists(connection.pid ?? 0)).toBe(false)
  }, 15_000)

  test('that has ended is nobody to signal: its number may be somebody else by now', async () => {
    const connection = await overPipes(command('plain'), PINNED)
    await connection.close()
    const kill = vi.spyOn(process, 'kill')
    onTestFinished(() => kill.mockRestore())
    connection.destroy()
    await connection.close()
    expect(kill).not.toHaveBeenCalled()
  })

  test('takes its children with it', async () => {
    const listener = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void listener.close())
    await once(listener, 'listening')
    const address = listener.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    const stdio = { stdio: command('has a child'), env: { SCRIPTED: String(port) } }
    const connection = await overPipes([], PINNED, { stdio })
    const cancel = connection.exchange({ requestId: 0, operation: 'x', payload: PING }, NOBODY)
    const [child] = (await once(listener, 'connection')) as [Socket]
    child.on('error', () => {}).resume()
    cancel()
    await Promise.all([connection.close(), once(child, 'close')])
    expect(await connection.closed).toBeUndefined()
  })
})

describe('a server that cannot be spoken to', () => {
  test.each<[string, readonly string[], object]>([
    [
      'is not there',
      ['/no/such/program'],
      { errorClass: 'connect', message: 'could not start /no/such/program: spawn /no/such/program ENOENT' },
    ],
    [
      'exits',
      [process.execPath, '-e', 'throw new TypeError("bad luck")'],
      {
        errorClass: 'process-exit',
        message: expect.stringMatching(/^server failed at initialize: the server exited with code 1; .*bad luck/),
      },
    ],
    [
      'prints a banner',
      command('prints a banner'),
      {
        errorClass: 'protocol',
        message: "server failed at initialize: the server sent what is not JSON-RPC: 'Server listening on stdio'",
      },
    ],
  ])('because it %s says why', async (_, stdio, error) => {
    await expect(overPipes(stdio, PINNED)).rejects.toMatchObject({ name: expect.any(String), ...error })
  })

  test('because its folder is missing says so', async () => {
    const stdio = { stdio: command('plain'), cwd: '/no/such/folder' }
    await expect(overPipes([], PINNED, { stdio })).rejects.toMatchObject({
      message: expect.stringMatching(/^could not start .* in \/no\/such\/folder: /),
    })
  })

  test('because it says nothing is given up, and ended', async () => {
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
