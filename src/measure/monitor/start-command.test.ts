import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { LoadTargetError } from '../../model/errors.ts'
import type { CommandTarget } from '../../model/target.ts'
import { readStat } from './proc.ts'
import { startCommand } from './start-command.ts'

const WITHIN = { timeout: 10_000, interval: 20 }
const quiet = () => {}

function node(code: string, more: Partial<CommandTarget> = {}): CommandTarget {
  return { command: [process.execPath, '-e', code], url: 'http://127.0.0.1:{port}/', ...more }
}

const SERVER = `require('node:http').createServer((request, response) => response.end(process.env.PORT)).listen(process.env.PORT)`

function isAlive(pid: number): boolean {
  try {
    // An ended process that was not collected still accepts signals.
    return process.kill(pid, 0) && readStat(pid)?.zombie !== true
  } catch {
    return false
  }
}

async function failureOf(target: CommandTarget, readyLimitMs = 20_000): Promise<string> {
  const failure = await startCommand(target, quiet, { readyLimitMs }).then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(failure).toBeInstanceOf(LoadTargetError)
  expect(failure).toMatchObject({ code: 'ERR_LOAD_TARGET_START' })
  return failure instanceof Error ? failure.message.replaceAll(process.execPath, 'node') : ''
}

describe.concurrent('startCommand', () => {
  test('passes a free port in PORT, and ends the target on stop', async () => {
    const target = await startCommand(node(SERVER), quiet)
    expect(await (await fetch(target.url)).text()).toBe(new URL(target.url).port)
    expect(isAlive(target.pid)).toBe(true)
    await Promise.all([target.stop(), target.stop()])
    expect(isAlive(target.pid)).toBe(false)
    // A new connection: `fetch` would first use the one that it kept open.
    const refused = once(connect(Number(new URL(target.url).port), '127.0.0.1'), 'connect')
    await expect(refused).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('replaces {port} in arguments and environment', async () => {
    const code = `const [url, port] = process.argv.slice(1)
      require('node:http').createServer((request, response) => response.end(url + ' ' + process.env.OWN)).listen(port)`
    const command = [process.execPath, '-e', code, 'http://x:{port}/', '{port}']
    const target = await startCommand({ command, url: 'http://localhost:{port}', env: { OWN: 'p{port}' } }, quiet)
    const { port } = new URL(target.url)
    expect(await (await fetch(target.url)).text()).toBe(`http://x:${port}/ p${port}`)
    await target.stop()
  })

  test('starts the target outside test mode, unless its env sets it', async () => {
    const code = `require('node:http').createServer((_, response) => {
      const { NODE_ENV, VITEST, TEST } = process.env
      response.end(JSON.stringify({ NODE_ENV, VITEST, TEST }))
    }).listen(process.env.PORT)`
    for (const env of [{}, { NODE_ENV: 'test', VITEST: 'own' }]) {
      const target = await startCommand(node(code, { env }), quiet)
      expect(await (await fetch(target.url)).json()).toEqual(env)
      await target.stop()
    }
  })

  test('connects to the checked addresses of a name, which it does not resolve again', async () => {
    const addresses = new Map([['name.invalid', [{ address: '127.0.0.1', family: 4 }] as const]])
    for (const scheme of ['http', 'tcp']) {
      const target = node(SERVER, { url: `${scheme}://name.invalid:{port}` })
      const started = await startCommand(target, quiet, { addresses })
      await started.stop()
    }
  })

  test('waits until readyUrl answers with a status below 500', async () => {
    const code = `let asked = 0
      require('node:http').createServer((request, response) => {
        response.statusCode = request.url !== '/ready' ? 200 : ++asked < 4 ? 503 : 404
        response.end(String(asked))
      }).listen(process.env.PORT)`
    const target = await startCommand(node(code, { readyUrl: 'http://127.0.0.1:{port}/ready' }), quiet)
    expect(await (await fetch(target.url)).text()).toBe('4')
    await target.stop()
  })

  test('accepts a connection as readiness for tcp://', async () => {
    const code = `require('node:net').createServer().listen(process.env.PORT)`
    const target = await startCommand(node(code, { url: 'tcp://127.0.0.1:{port}' }), quiet)
    expect(target.url).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/)
    await target.stop()
  })

  test('reads all output and passes it to the log', async () => {
    const code = `for (let line = 0; line < 20_000; line++) console.log('line', line); console.error('oops'); ${SERVER}`
    const lines: string[] = []
    const target = await startCommand(node(code), (line) => lines.push(line))
    const expected = expect.arrayContaining(['target: line 0', 'target: line 19999', 'target: oops'])
    await vi.waitFor(() => expect(lines).toEqual(expected), WITHIN)
    await target.stop()
  })

  test('ends the children of the target, even those that ignore SIGTERM', async () => {
    const stubborn = `process.on('SIGTERM', () => {}); console.log('child', process.pid); setInterval(() => {}, 1000)`
    const code = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(stubborn)}], { stdio: 'inherit' }); ${SERVER}`
    const lines: string[] = []
    const target = await startCommand(node(code), (line) => lines.push(line))
    const childOf = () => Number(/child (\d+)/.exec(lines.join())?.[1])
    await vi.waitFor(() => expect(childOf()).toBeGreaterThan(0), WITHIN)
    const child = childOf()
    expect(isAlive(child)).toBe(true)
    await target.stop()
    await vi.waitFor(() => expect(isAlive(child)).toBe(false), WITHIN)
  })

  test('ends the target when the starting process is killed with SIGKILL', async () => {
    const file = new URL('./start-command.ts', import.meta.url).href
    const code = `
      const { startCommand } = await import(${JSON.stringify(file)})
      const { pid } = await startCommand(${JSON.stringify(node(SERVER))}, () => {})
      process.stdout.write(String(pid))
      setInterval(() => {}, 1000)`
    const parent = execFile(process.execPath, ['--input-type=module', '--eval', code])
    const [pid] = await once(parent.stdout ?? parent, 'data')
    expect(isAlive(Number(pid))).toBe(true)
    parent.kill('SIGKILL')
    await vi.waitFor(() => expect(isAlive(Number(pid))).toBe(false), WITHIN)
  })

  test('does not keep the starting process alive', async () => {
    const file = new URL('./start-command.ts', import.meta.url).href
    const code = `
      const { startCommand } = await import(${JSON.stringify(file)})
      const { pid } = await startCommand(${JSON.stringify(node(SERVER))}, () => {})
      process.stdout.write(String(pid))`
    const parent = execFile(process.execPath, ['--input-type=module', '--eval', code])
    const [[pid]] = await Promise.all([once(parent.stdout ?? parent, 'data'), once(parent, 'exit')])
    await vi.waitFor(() => expect(isAlive(Number(pid))).toBe(false), WITHIN)
  })
})

describe('startCommand rejects with the reason', () => {
  test('when the command ends before it answers', async () => {
    const text = await failureOf(node(`console.error('no database\\nat localhost'); process.exit(3)`))
    expect(text.split('\n').slice(1).join('\n')).toMatchInlineSnapshot(`
      "  last lines of its output:
          no database
          at localhost
        → run the command manually; LOAD_LOG=debug shows all its output"
    `)
    expect(text).toMatch(/^the target could not be started: `node -e .* ended with code 3\n/s)
  })

  test('and quotes neither later arguments nor control characters and secrets of the output', async () => {
    const command = ['node', '-e', "console.error('\\x1b[2J\\n::notice::x ' + process.argv[1]); process.exit(3)"]
    const text = await failureOf({ command: [...command, '--', '--api-key=canary-1'], url: 'http://127.0.0.1:{port}' })
    expect(text.split('\n').slice(0, 5)).toEqual([
      'the target could not be started: `node -e …` ended with code 3',
      '  last lines of its output:',
      '    \\x1b[2J',
      '    \\x3a:notice::x --api-key=[redacted]',
      '  → run the command manually; LOAD_LOG=debug shows all its output',
    ])
  })

  test('with the decisive line of its output instead of the stack trace', async () => {
    const text = await failureOf({ command: [process.execPath, '/no/server.js'], url: 'http://127.0.0.1:{port}' })
    expect(text).toMatchInlineSnapshot(`
      "the target could not be started: \`node /no/server.js\` ended with code 1
        Error: Cannot find module '/no/server.js'
        → run the command manually; LOAD_LOG=debug shows all its output"
    `)
  })

  test('when the command ends without an error', async () => {
    const text = await failureOf(node(''))
    expect(text).toContain('ended with code 0\n  → the command must be the server itself and keep running')
  })

  test.runIf(process.platform === 'linux')('when the command listens on another port', async () => {
    const code = `require('node:net').createServer().listen(0, '127.0.0.1', function () { console.log('on', this.address().port) })`
    const text = await failureOf(node(code), 1_000)
    const port = /on (\d+)/.exec(text)?.[1]
    expect(text).toContain(`within 1 s: connection refused; it listens on port ${port}\n`)
    expect(text).toContain('→ make it listen on the port in the variable PORT, or write {port} in its arguments')
  })

  test('when the command never answers, and leaves no process behind', async () => {
    const text = await failureOf(node(`console.log('pid', process.pid); setInterval(() => {}, 1000)`), 1_000)
    expect(text).toMatch(
      / did not answer at http:\/\/127\.0\.0\.1:\d+\/ within 1 s: connection refused(; it listens on no port)?\n/,
    )
    const pid = Number(/pid (\d+)/.exec(text.split('\n')[2] ?? '')?.[1])
    expect(pid).toBeGreaterThan(0)
    expect(isAlive(pid)).toBe(false)
  })

  test('when the program does not exist', async () => {
    expect(await failureOf({ command: ['nodd server.js'], url: 'http://127.0.0.1:{port}' })).toMatchInlineSnapshot(`
      "the target could not be started: program 'nodd server.js' not found
        → no shell is used: give the program and each argument as a separate string"
    `)
  })

  test('when cwd does not exist', async () => {
    expect(await failureOf(node(SERVER, { cwd: '/no/such/folder' }))).toMatchInlineSnapshot(`
      "the target could not be started: folder /no/such/folder does not exist
        → correct cwd"
    `)
  })

  test('when another process already listens at its address', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const text = await failureOf(node(SERVER, { url: `http://127.0.0.1:${port}` }))
    other.close()
    expect(text.replaceAll(String(port), '3000')).toMatchInlineSnapshot(`
      "the target could not be started: another process already listens at 127.0.0.1:3000
        → stop it, or give the command a free port: write '{port}' in url, and make it listen on PORT"
    `)
  })
})
