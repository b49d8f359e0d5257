import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test, type TestContext } from 'vitest'
import { startFixture } from '../../../fixtures/index.ts'

const COMMAND = fileURLToPath(new URL('../../cli.ts', import.meta.url))

interface Called {
  readonly code: number | null
  readonly out: string
  readonly err: string
  /** Returns an artifact of the folder in which the command ran; undefined if there is none. */
  text(file: string): string | undefined
}

interface How {
  /** Sends Ctrl-C once the output matches. */
  readonly interruptAt?: RegExp
  /** Variables of the environment, which take precedence. */
  readonly variables?: Readonly<Record<string, string>>
}

/** Runs the command in a new, empty folder, with no lock shared with other processes. */
async function call(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  words: readonly string[],
  { interruptAt, variables }: How = {},
): Promise<Called> {
  const folder = mkdtempSync(join(tmpdir(), 'describe-load-command-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  const own = Object.entries(process.env).filter(([name]) => !/^(LOAD_|VITEST|NODE_OPTIONS|NODE_V8)/.test(name))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', COMMAND, ...words], {
    cwd: folder,
    env: { ...Object.fromEntries(own), NO_COLOR: '1', TMPDIR: folder, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
    if (interruptAt?.test(out) === true) child.kill('SIGINT')
  })
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve)
  })
  const text = (file: string): string | undefined =>
    existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : undefined
  return { code, out, err, text }
}

const ATTEMPTS = 3

/** Repeats a run that other processes made invalid or inconclusive. */
async function callUndisturbed(context: TestContext, words: readonly string[]): Promise<Called> {
  let called = await call(context, words)
  for (let attempt = 1; called.code === 3 && attempt < ATTEMPTS; attempt++) called = await call(context, words)
  return called
}

describe.concurrent('the command', () => {
  test.for([
    [['-d', '5'], '-d needs a suite: name unit, scenarios, limits, protocols, mcp-stress, capacity or all; or run URL'],
    [['limts'], 'unknown suite limts: did you mean limits?'],
    [['limits'], 'no target for limits'],
    [['unit', '-t', 'http://127.0.0.1:9'], 'unit does not use -t'],
  ] as const)('exits with 2 for %j and writes nothing', async ([words, message], context) => {
    const { code, out, err, text } = await call(context, words)
    expect(code).toBe(2)
    expect(out + err).toContain(message)
    expect(text('reports/test_summary.txt')).toBeUndefined()
  })

  test('run --once sends the request once, and fails only if its answer is wrong', async (context) => {
    await using server = await startFixture('plain', {})
    const right = await call(context, ['run', server.url, '--once', '--p99', '0.001', '-o', 'out'])
    expect(right.code, right.out).toBe(0)
    expect(right.out).toContain('errors    0 of 1 request;')
    expect(right.out).toContain('LOAD_ONCE=1: 1 load sent each of its operations once.')
    expect(right.text('out/load_test_results.json')).toBeUndefined()
    const wrong = await call(context, ['run', `${server.url}/missing`, '--once', '--request', '{"ok":[[201,201]]}'])
    expect(wrong.code, wrong.out).toBe(1)
    expect(wrong.out).toContain('fail: 1 of 1 request failed')
    const suite = await call(context, ['limits', '-t', server.url], { variables: { LOAD_ONCE: '1' } })
    expect(suite.code).toBe(2)
    expect(suite.err).toContain('LOAD_ONCE=1 sends each operation once, and a suite needs measurements')
  })

  test('shows no header of an invalid LOAD_HEADERS', async (context) => {
    const variables = { LOAD_HEADERS: 'x-tenant: canary-1' }
    const { code, out, err } = await call(context, ['limits', '-t', 'http://127.0.0.1:9/?token=canary-2'], {
      variables,
    })
    expect(code).toBe(2)
    expect(out + err).toContain('LOAD_HEADERS must be header values by name as JSON')
    expect(out + err).not.toContain('canary')
  })

  test('colors the prefix of an error', async (context) => {
    const { err } = await call(context, ['limts'], { variables: { NO_COLOR: '', FORCE_COLOR: '1' } })
    expect(err).toContain('\u001B[31mdescribe-load:\u001B[39m unknown suite limts')
  })

  test('lists the suites and the exit codes', async (context) => {
    const { code, out } = await call(context, ['--help'])
    expect(code).toBe(0)
    expect(out).toMatch(/^describe-load <suite>/)
    expect(out).toContain('  limits      finds the highest sustainable rate and the bottleneck (about 75 s)')
    expect(out).toContain(
      'exit codes: 0 passed or leans to a pass, 1 failed, 2 usage error, 3 invalid or otherwise inconclusive, 130 Ctrl-C',
    )
  })

  test('exits with 3 when nothing answers, and suggests a remedy', async (context) => {
    const { code, out } = await call(context, ['limits', '-t', 'http://127.0.0.1:9'])
    expect(code).toBe(3)
    expect(out).toContain('no server responds at http://127.0.0.1:9')
    expect(out).toContain('start the server first, and check the host and the port')
    expect(out).not.toContain('target:')
  })

  test(
    'exits with 0 when a suite passes, and writes its artifacts to the given folder',
    { timeout: 120_000 },
    async (context) => {
      // At most 267 req/s: 16 clients saturate it, and the suite needs little CPU. 325 requests are enough for a p99.
      await using server = await startFixture('capacity', { servers: 8, serviceMs: 30 })
      const words = ['protocols', '-t', server.url, '-d', '2.5', '-r', '130', '--no-trace', '-o', 'out']
      const { code, out, text } = await callUndisturbed(context, words)
      expect(code, out).toBe(0)
      expect(out).toContain('Only http was measured')
      expect(JSON.parse(text('out/protocol_comparison.json') ?? '')).toMatchObject({
        schema: 1,
        suite: 'protocols',
        // The relay that cuts connections is not a target.
        target: new URL(server.url).href,
      })
      expect(text('out/protocol_report.txt')).toContain('1. http')
    },
  )

  test('exits with 1 when a probe finds a fault, also for an MCP server at an HTTP URL', async (context) => {
    await using server = await startFixture('mcp', { fault: 'misroute' })
    const url = server.url.replace('mcp+http:', 'http:')
    const { code, out, text } = await call(context, ['mcp-stress', '-t', url, '-d', '0.5', '-r', '100'])
    expect(code, out).toBe(1)
    expect(out).toContain('fail: replies reach the client that asked')
    expect(text('reports/mcp_stress_report.txt')).toContain('fail: replies reach the client that asked')
  })

  test('exits with 2 when the only suite has no target of its protocol', async (context) => {
    const variables = { LOAD_TARGET_TCP: 'tcp://127.0.0.1:9', LOAD_TARGT: 'x' }
    const { code, err } = await call(context, ['mcp-stress'], { variables })
    expect(code).toBe(2)
    expect(err).toContain('no target for mcp: use -t URL, or set LOAD_TARGET_MCP')
  })

  test('runs requests without a file, and prints only the result as JSON', async (context) => {
    await using server = await startFixture('plain', {})
    const address = new URL(server.url).host
    const words = ['run', address, '--path', '/cart', '-r', '50', '-d', '1s', '-X', 'PUT', '--body', 'x']
    const { code, out, err, text } = await call(context, [...words, '--json'])
    expect(code, err).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      successes: 50,
      target: { url: `http://${address}/cart` },
    })
    expect(err).toContain('offered 50 req/s')
    expect(text('reports/load_test_results.json')).toBeUndefined()
  })

  test('exits with 1 when a run breaks its service level', { timeout: 120_000 }, async (context) => {
    // So slow that no wait for a core explains it.
    await using server = await startFixture('capacity', { servers: 60, serviceMs: 2_000 })
    const words = ['run', server.url, '-r', '100', '-d', '0.5', '--p95', '20', '-o', 'out']
    const { code, out, text } = await callUndisturbed(context, words)
    expect(code, out).toBe(1)
    expect(out).toMatch(/^fail: expected p95 response time/m)
    expect(out.match(/offered 100 req\/s, achieved/g)).toHaveLength(1)
    expect(text('out/load_test_results.json')).toContain('toMeetSla')
  })

  test('runs a demo without arguments: says what it does, starts its servers, and keeps the results on Ctrl-C', async (context) => {
    const variables = { LOAD_TARGET: 'http://127.0.0.1:9', LOAD_RATE: '1' }
    const { code, out, text } = await call(context, [], { interruptAt: /unit: .* req\/s/, variables })
    expect(code, out).toBe(130)
    const said = out.replaceAll(/\s+/g, ' ')
    expect(said).toMatch(
      /^The demo ignores LOAD_TARGET and LOAD_RATE\. Name a suite to use them: describe-load limits /,
    )
    expect(said).toMatch(/It takes about \d+ s\./)
    expect(out).toContain('unit (1 of 6): checks describe-load itself on this machine')
    expect(text('reports/test_summary.txt')).toContain('interrupted by SIGINT')
  })

  test('starts a server for --demo, and ends it', async (context) => {
    const { code, out } = await call(context, ['run', '--demo', '-r', '50', '-d', '0.5', '--json'])
    expect(code, out).toBe(0)
    const { successes, target } = JSON.parse(out) as { successes: number; target: { url: string } }
    expect(successes).toBe(25)
    await expect(fetch(target.url)).rejects.toThrow('fetch failed')
  })

  test('refuses to start where the reports cannot be written', async (context) => {
    const { code, err } = await call(context, ['capacity', '--demo', '-o', join(COMMAND, 'reports')])
    expect(code).toBe(2)
    expect(err).toContain(`the reports cannot be written: ${COMMAND} is not a folder`)
    expect(err).toContain('→ choose another folder: -o DIR (or LOAD_REPORTS_DIR)')
  })

  test('writes the results so far on Ctrl-C', async (context) => {
    await using server = await startFixture('plain', {})
    const interruptAt = /req\/s/
    // The first state of the load is printed after 10 s, in the middle of the first phase.
    const { code, out, text } = await call(context, ['capacity', '-t', server.url, '-d', '30'], { interruptAt })
    expect(code).toBe(130)
    expect(out).toContain('Interrupted: the reports contain the results so far.')
    expect(text('reports/test_summary.txt')).toContain('INTERRUPTED')
  })

  test('prints the figures of a run so far on Ctrl-C', async (context) => {
    await using server = await startFixture('plain', {})
    const words = ['run', server.url, '-r', '50', '-d', '20s']
    const { code, out, text } = await call(context, words, { interruptAt: /req\/s/ })
    expect(code).toBe(130)
    expect(out).toContain('Interrupted: these are the figures so far.')
    expect(out).toMatch(/constant 50 req\/s for [\d.]+ m?s, INTERRUPTED \(interrupted by SIGINT\)/)
    expect(text('reports/test_summary.txt')).toBeUndefined()
  })
})
