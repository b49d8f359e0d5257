import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LoadPlan } from '../../plan/load-plan.ts'
import type { CommandTarget, StdioTarget } from '../../model/target.ts'
import type { LoadResult } from '../../model/result.ts'
import { cert } from '../../protocols/http/localhost-certificate.fixture.ts'
import { tcp } from '../../protocols/tcp/index.ts'
import { expectConservation } from './conservation.conformance.ts'
import { runLoad } from '../index.ts'
import { noNginx, startNginx } from './nginx.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'describe-load-third-'))
const node = process.execPath

function entryOf(name: string): string {
  return fileURLToPath(new URL(`../../../node_modules/@modelcontextprotocol/${name}/dist/index.js`, import.meta.url))
}

/** Writes a short server with a third-party library to a file that `node` can run. */
function program(name: string, text: string): string {
  // Next to the library that it imports.
  const file = join(
    fileURLToPath(new URL('../../../node_modules', import.meta.url)),
    `.describe-load-${process.pid}-${name}`,
  )
  writeFileSync(file, text)
  return file
}

const wsEcho = program(
  'ws-echo.mjs',
  `import { WebSocketServer } from 'ws'
   new WebSocketServer({ host: '127.0.0.1', port: Number(process.env.PORT) }).on('connection', (socket) =>
     socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })))`,
)

const modernHttp = program(
  'modern-mcp.mjs',
  `import { createServer } from 'node:http'
   import { toNodeHandler } from '@modelcontextprotocol/node'
   import { createMcpHandler, fromJsonSchema, McpServer } from '@modelcontextprotocol/server'
   const inputSchema = fromJsonSchema({ type: 'object', properties: { message: { type: 'string' } }, required: ['message'] })
   const handler = toNodeHandler(createMcpHandler(() => {
     const server = new McpServer({ name: 'modern', version: '1.0.0' })
     server.registerTool('echo', { inputSchema }, ({ message }) => ({ content: [{ type: 'text', text: message }] }))
     return server
   }))
   createServer((request, response) => void handler(request, response)).listen(Number(process.env.PORT), '127.0.0.1')`,
)

beforeAll(() => {
  writeFileSync(join(folder, 'a.txt'), 'a')
})

afterAll(() => {
  rmSync(folder, { recursive: true })
  for (const file of [wsEcho, modernHttp]) rmSync(file)
  process.stdout.write(`${rows.join('\n')}\n`)
})

const rows: string[] = []

/** Prints the command and a summary of the result. */
function report(command: readonly string[], { protocol, protocolVersion, ...result }: LoadResult): void {
  const { requestsScheduled, errors, dropped, responseTime } = result
  const { p50Ms = 0, p99Ms = 0 } = responseTime
  const shown = command.map((word) => (word.startsWith('/') ? basename(word) : word)).join(' ')
  rows.push(
    `${protocol} ${protocolVersion ?? ''}: ${requestsScheduled} requests, ${errors} errors, ${dropped} dropped, ` +
      `p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms    ${shown}`,
  )
}

function missing(name: string): string {
  return spawnSync(name, ['--version']).error === undefined ? '' : ` (skipped: ${name} is not installed)`
}

const echo = { tool: 'echo', arguments: { message: 'hi' } }
const overEverything: StdioTarget = { stdio: [node, entryOf('server-everything'), 'stdio'] }
const everythingMix: LoadPlan['workload'] = {
  echo: { ...echo, weight: 3 },
  sum: { tool: 'get-sum', arguments: { a: 40, b: 2 } },
  structured: { tool: 'get-structured-content', arguments: { location: 'New York' } },
  image: { tool: 'get-tiny-image' },
  prompt: { prompt: 'simple-prompt' },
  tools: { method: 'tools/list' },
  ping: { method: 'ping' },
}

interface ThirdParty {
  readonly name: string
  readonly target: CommandTarget | StdioTarget
  readonly plan: Partial<LoadPlan>
  readonly version: string
  /** Program from a Debian package, if one is needed. */
  readonly needs?: string
}

const PARTIES: readonly ThirdParty[] = [
  {
    name: 'server-everything over stdio',
    target: overEverything,
    plan: { workload: everythingMix },
    version: '2025-11-25',
  },
  {
    name: 'server-everything over Streamable HTTP',
    target: {
      command: [node, entryOf('server-everything'), 'streamableHttp'],
      url: 'mcp+http://127.0.0.1:{port}/mcp',
    },
    plan: { workload: everythingMix, maxConnections: 10 },
    version: '2025-11-25',
  },
  {
    name: 'server-memory',
    target: { stdio: [node, entryOf('server-memory')], env: { MEMORY_FILE_PATH: join(folder, 'memory.json') } },
    plan: { request: { tool: 'read_graph' } },
    version: '2025-11-25',
  },
  {
    name: 'server-filesystem',
    target: { stdio: [node, entryOf('server-filesystem'), folder] },
    plan: { request: { tool: 'list_directory', arguments: { path: folder } } },
    version: '2025-11-25',
  },
  {
    name: 'a server for 2026-07-28 with @modelcontextprotocol/server',
    target: { command: [node, modernHttp], url: 'mcp+http://127.0.0.1:{port}/' },
    plan: { request: echo },
    version: '2026-07-28',
  },
  {
    name: 'websocketd in front of server-everything',
    target: {
      command: ['websocketd', '--port={port}', '--address=127.0.0.1', ...overEverything.stdio],
      url: 'mcp+ws://127.0.0.1:{port}/',
    },
    plan: { request: echo, maxConnections: 2 },
    version: '2025-11-25',
    needs: 'websocketd',
  },
  {
    name: 'an echo server of ws',
    target: { command: [node, wsEcho], url: 'ws://127.0.0.1:{port}/' },
    plan: {
      workload: { text: { data: 'hi', weight: 2 }, ids: { data: '{"a":1}', correlate: 'id' }, ping: { ping: true } },
    },
    version: 'WebSocket',
  },
  {
    name: 'redis-server',
    target: {
      command: ['redis-server', '--port', '{port}', '--bind', '127.0.0.1', '--save', '', '--dir', folder],
      url: 'tcp://127.0.0.1:{port}',
    },
    plan: {
      protocol: tcp({ framing: { delimiter: '\r\n' } }),
      workload: { ping: { data: 'PING' }, incr: { data: 'INCR visits' } },
    },
    version: 'TCP',
    needs: 'redis-server',
  },
  {
    name: 'memcached',
    target: { command: ['memcached', '-p', '{port}', '-l', '127.0.0.1', '-u', 'root'], url: 'tcp://127.0.0.1:{port}' },
    plan: {
      protocol: tcp({ framing: { delimiter: '\r\n' } }),
      workload: { version: { data: 'version' }, get: { data: 'get nothing' } },
    },
    version: 'TCP',
    needs: 'memcached',
  },
]

describe('a run against a third-party server gets an answer to every request', () => {
  for (const { name, target, plan, version, needs } of PARTIES) {
    const skip = needs === undefined ? '' : missing(needs)
    const command = 'stdio' in target ? target.stdio : target.command
    test.skipIf(skip !== '')(`${name}${skip}`, async () => {
      const result = await runLoad({ target, rate: 160, duration: 1_250, ...plan })
      report(command, result)
      expect(result).toMatchObject({ requestsScheduled: 200, successes: 200, errorsByClass: {}, dropped: 0 })
      expect(result.protocolVersion).toContain(version)
      expect(result.target.samples.some(({ rssMb }) => rssMb !== null && rssMb > 0)).toBe(true)
      expectConservation(result)
    })
  }

  const skip = noNginx === undefined ? '' : ` (skipped: ${noNginx})`
  test.skipIf(noNginx !== undefined)(`nginx over HTTP/1.1, HTTPS and HTTP/2${skip}`, async () => {
    await using nginx = await startNginx()
    const plan = { rate: 800, duration: '500ms', tls: { ca: cert } } as const
    const versions: (string | null)[] = []
    for (const target of [nginx.url, nginx.secureOneUrl, nginx.secureUrl]) {
      const result = await runLoad({ ...plan, target })
      report(['nginx', '-c', 'nginx.conf', target.replace(/:\d+$/, '')], result)
      expect(result).toMatchObject({ requestsScheduled: 400, successes: 400, dropped: 0 })
      expectConservation(result)
      versions.push(result.protocolVersion)
    }
    expect(versions).toEqual(['HTTP/1.1', 'HTTP/1.1', 'HTTP/2'])
  })
})
