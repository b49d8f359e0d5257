/**
 * Runs the suites, except `unit`, which has a server of its own, against an API made with Express, which counts what it
 * receives, and against `@modelcontextprotocol/server-everything` behind a proxy that counts. Compares these counts
 * with those of the reports.
 *
 *   npx node docs/calibration/suites.ts [SUITE …]
 */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { capacitySuiteOn } from '../../src/assessments/capacity/capacity-suite.ts'
import { limitsSuiteOn } from '../../src/assessments/limits/limits-suite.ts'
import { mcpStressSuiteOn } from '../../src/assessments/mcp-stress/mcp-stress-suite.ts'
import { protocolsSuiteOn } from '../../src/assessments/protocols/protocols-suite.ts'
import { apiBaseline, burst, mcpTools, mobile, peakHours } from '../../src/assessments/scenarios/built-in/registry.ts'
import type { Scenario } from '../../src/assessments/scenarios/scenario.ts'
import { scenariosSuiteOn } from '../../src/assessments/scenarios/scenarios-suite.ts'
import { sentBy } from '../../src/assessments/sent-requests.fixture.ts'
import { runSuite } from '../../src/assessments/suite-run.fixture.ts'
import type { SuiteHost } from '../../src/assessments/suite.ts'
import type { Target } from '../../src/model/target.ts'
import type { WrittenPlan } from '../../src/plan/load-plan.ts'
import { freePort } from '../../src/model/free-port.ts'

const EXPRESS = fileURLToPath(new URL('express-api.js', import.meta.url))
const THIS = fileURLToPath(import.meta.url)
const EVERYTHING = fileURLToPath(import.meta.resolve('@modelcontextprotocol/server-everything/dist/index.js'))

type Counts = Readonly<Record<string, number>>

/** Passes everything on to an MCP server on `port`, and counts the calls by method and name. */
async function serveProxy(port: number): Promise<void> {
  const counts = new Map<string, number>()
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    const { method, url, headers } = request
    const onward = forward({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => countCalls(counts, Buffer.concat(parts).toString()))
    request.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.send?.({ port: (server.address() as AddressInfo).port })
  process.on('message', () => process.send?.({ counts: Object.fromEntries(counts) }))
  process.on('disconnect', () => process.exit())
}

/** Starts an MCP server over pipes, and writes down each call before it passes it on. */
function countPipes(file: string): void {
  const server = spawn(process.execPath, [EVERYTHING, 'stdio'], { stdio: ['pipe', 'inherit', 'inherit'] })
  createInterface({ input: process.stdin }).on('line', (line) => {
    const counts = new Map<string, number>()
    countCalls(counts, line)
    for (const name of counts.keys()) appendFileSync(file, `${name}\n`)
    server.stdin.write(`${line}\n`)
  })
  process.stdin.on('end', () => server.stdin.end())
  process.on('SIGTERM', () => server.kill())
  server.on('exit', () => process.exit())
}

function countCalls(counts: Map<string, number>, text: string): void {
  let messages: unknown
  try {
    messages = JSON.parse(text)
  } catch {
    return
  }
  for (const message of [messages].flat() as { id?: unknown; method?: string; params?: { name?: string } }[]) {
    if (message.id === undefined || message.method === undefined) continue
    const { name } = message.params ?? {}
    count(counts, name === undefined ? message.method : `${message.method} ${name}`)
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

interface Counting {
  readonly counts: () => Promise<Counts>
  readonly stop: () => void
}

async function start(file: string, ...args: readonly string[]): Promise<Counting & { readonly port: number }> {
  const child: ChildProcess = fork(file, [...args], { execArgv: ['--no-warnings'] })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return {
    port,
    async counts() {
      child.send('counts')
      const [{ counts }] = (await once(child, 'message')) as [{ counts: Counts }]
      return counts
    },
    stop: () => void child.kill(),
  }
}

async function startEverything(): Promise<Counting & { readonly port: number }> {
  const port = await freePort()
  const server = spawn(process.execPath, [EVERYTHING, 'streamableHttp'], {
    env: { ...process.env, PORT: `${port}` },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  for await (const text of server.stderr) if (String(text).includes(`on port ${port}`)) break
  const proxy = await start(THIS, 'proxy', String(port))
  return {
    ...proxy,
    stop() {
      proxy.stop()
      server.kill()
    },
  }
}

const OPERATIONS = {
  read: { path: '/items' },
  write: { method: 'POST', path: '/items' },
  stream: { path: '/events', stream: 'sse' },
  batch: { method: 'POST', path: '/items/batch', body: Array.from({ length: 10 }, (_, id) => ({ id })) },
} as const
const KEYS: Readonly<Record<string, string>> = {
  read: 'GET /items',
  write: 'POST /items',
  stream: 'GET /events',
  batch: 'POST /items/batch',
}
const CALL = { tool: 'echo', arguments: { message: 'hello' } } as const

/** What the servers count for an operation of the report, or for a request in words. */
function keyOf(operation: string, protocol: string): string {
  if (protocol === 'mcp' || /^mcp\b/.test(operation)) {
    // The server is of the era of `ping`.
    if (operation === 'ping or tools/list') return 'ping'
    return /echo|read|write|^mcp$/.test(operation) ? 'tools/call echo' : operation
  }
  const name = operation.replace(/^http /, '')
  return KEYS[name] ?? name
}

const over = (http: Target | undefined): WrittenPlan => ({
  protocol: 'http',
  ...(http !== undefined && { target: http }),
})

const streams: Scenario = {
  name: 'Streams',
  about: 'streams of events',
  needs: ['http'],
  rate: 50,
  durationMs: 2_000,
  plan: ({ rate, durationMs }, { http }) => ({ ...over(http), workload: 'stream', rate, duration: durationMs }),
}
const batches: Scenario = {
  ...streams,
  name: 'Batches',
  about: 'bulk writes',
  plan: ({ rate, durationMs }, { http }) => ({ ...over(http), workload: 'batch', rate, duration: durationMs }),
}

interface Row {
  readonly suite: string
  readonly server: string
  readonly key: string
  readonly counted: number
  readonly reported: number
}

async function compareAll(names: readonly string[]): Promise<void> {
  const api = await start(EXPRESS)
  const everything = await startEverything()
  const http = `http://127.0.0.1:${api.port}`
  const mcp = `mcp+http://127.0.0.1:${everything.port}/mcp`
  const folder = mkdtempSync(path.join(tmpdir(), 'suites-'))
  const calls = path.join(folder, 'calls')
  writeFileSync(calls, '')
  const pipes = { stdio: [process.execPath, '--no-warnings', THIS, 'pipes', calls] }
  const overPipes = (): Promise<Counts> => {
    const counts = new Map<string, number>()
    for (const line of readFileSync(calls, 'utf8').split('\n')) if (line !== '') count(counts, line)
    return Promise.resolve(Object.fromEntries(counts))
  }
  const sent = { operations: { http: OPERATIONS, mcp: { read: CALL, write: CALL } } }
  const short = { durationMs: 3_000, rate: 60 }
  const suites: readonly [string, Readonly<Record<string, () => Promise<Counts>>>, (host: SuiteHost) => void][] = [
    [
      'scenarios',
      { Express: api.counts, 'MCP over HTTP': everything.counts },
      (host) =>
        scenariosSuiteOn(host)({
          targets: { http, mcp },
          ...sent,
          ...short,
          scenarios: [apiBaseline, burst, mobile, peakHours, mcpTools, streams, batches],
        }),
    ],
    [
      'limits',
      { Express: api.counts },
      (host) => limitsSuiteOn(host)({ target: http, operations: OPERATIONS, maxRps: 250 }),
    ],
    [
      'limits',
      { 'MCP over HTTP': everything.counts },
      (host) => limitsSuiteOn(host)({ target: mcp, request: CALL, maxRps: 100 }),
    ],
    [
      'protocols',
      { Express: api.counts, 'MCP over HTTP': everything.counts },
      (host) => protocolsSuiteOn(host)({ targets: { http, mcp }, ...sent, rate: 50, phaseMs: 2_000 }),
    ],
    [
      'mcp-stress',
      { 'MCP over HTTP': everything.counts },
      (host) => mcpStressSuiteOn(host)({ target: mcp, phaseMs: 1_000, idleMs: 1_000, maxRps: 200 }),
    ],
    [
      'mcp-stress',
      { 'MCP over pipes': overPipes },
      (host) => mcpStressSuiteOn(host)({ target: pipes, phaseMs: 1_000, maxRps: 200 }),
    ],
    [
      'capacity',
      { Express: api.counts },
      (host) => capacitySuiteOn(host)({ target: http, operations: OPERATIONS, users: 100, phaseMs: 2_000 }),
    ],
    [
      'capacity',
      { 'MCP over pipes': overPipes },
      (host) => capacitySuiteOn(host)({ target: pipes, request: CALL, users: 60, phaseMs: 1_000 }),
    ],
  ]
  console.log('| suite | server | operation | counted | reported | difference |\n| --- | --- | --- | --- | --- | --- |')
  let worst = 0
  for (const [suite, servers, declare] of suites) {
    if (names.length > 0 && !names.includes(suite)) continue
    for (const row of await compare(suite, servers, declare)) {
      const difference = (row.reported - row.counted) / Math.max(1, row.counted)
      worst = Math.max(worst, Math.abs(difference))
      const percent = `${(100 * difference).toFixed(2)}%`
      console.log(`| ${suite} | ${row.server} | ${row.key} | ${row.counted} | ${row.reported} | ${percent} |`)
    }
  }
  console.log(`\nThe largest difference is ${(100 * worst).toFixed(2)}%.`)
  api.stop()
  everything.stop()
  rmSync(folder, { recursive: true })
}

/** Messages of the connections, and those that the suite asks to learn what a server has. */
const NO_OPERATIONS: ReadonlySet<string> = new Set(['initialize', 'server/discover'])

async function compare(
  suite: string,
  servers: Readonly<Record<string, () => Promise<Counts>>>,
  declare: (host: SuiteHost) => void,
): Promise<readonly Row[]> {
  const before = await countsOf(servers)
  const { record } = await runSuite(declare, {}, console.error)
  if (record === undefined) throw new Error(`${suite} has no record`)
  // The server may still receive what was cancelled at the end.
  await delay(300)
  const after = await countsOf(servers)
  const reported = sentBy(record, keyOf)
  const rows = Object.entries(after).flatMap(([server, counts]) =>
    Object.entries(counts)
      .map(([key, total]) => ({ key, counted: total - (before[server]?.[key] ?? 0) }))
      .filter(({ key, counted }) => counted > 0 && !NO_OPERATIONS.has(key))
      .map(({ key, counted }) => ({ suite, server, key, counted, reported: reported.get(key) ?? 0 })),
  )
  const seen = new Set(rows.map(({ key }) => key))
  const unseen = [...reported]
    .filter(([key]) => !seen.has(key))
    .map(([key, sum]) => ({ suite, server: 'none', key, counted: 0, reported: sum }))
  return [...rows, ...unseen]
}

async function countsOf(
  servers: Readonly<Record<string, () => Promise<Counts>>>,
): Promise<Readonly<Record<string, Counts>>> {
  const found: Record<string, Counts> = {}
  for (const [name, counts] of Object.entries(servers)) found[name] = await counts()
  return found
}

const [role, ...given] = process.argv.slice(2)
if (role === 'proxy') await serveProxy(Number(given[0]))
else if (role === 'pipes') countPipes(given[0] ?? '')
else await compareAll(process.argv.slice(2))
