import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, fromJsonSchema, McpServer } from '@modelcontextprotocol/server'
import type { CreateMcpHandlerOptions } from '@modelcontextprotocol/server'
import { onTestFinished } from 'vitest'
import { freePort } from '../../../model/free-port.ts'

const EVERYTHING = fileURLToPath(import.meta.resolve('@modelcontextprotocol/server-everything/dist/index.js'))

/** Command that starts `@modelcontextprotocol/server-everything` over stdio. */
export const EVERYTHING_OVER_PIPES: readonly string[] = [process.execPath, EVERYTHING, 'stdio']

export interface RealServer {
  readonly url: URL
  /** Returns the output of the server so far. */
  readonly output: () => string
}

/** Starts `@modelcontextprotocol/server-everything` in a process that ends with the test. */
export async function everything(mode: 'streamableHttp' | 'sse'): Promise<RealServer> {
  const port = await freePort()
  const child = spawn(process.execPath, [EVERYTHING, mode], { env: { ...process.env, PORT: `${port}` } })
  onTestFinished(() => {
    child.kill()
  })
  let output = ''
  const { promise: listens, resolve } = Promise.withResolvers<void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => {
      output += bytes.toString()
      if (output.includes(`on port ${port}`)) resolve()
    })
  }
  await Promise.race([
    listens,
    once(child, 'exit').then(() => Promise.reject(new Error(`the server ended: ${output}`))),
  ])
  const path = mode === 'sse' ? 'sse' : 'mcp'
  return { url: new URL(`mcp+http://127.0.0.1:${port}/${path}`), output: () => output }
}

/** Starts a server of 2026-07-28 with `@modelcontextprotocol/server` in this process. It stops when the test ends. */
export async function modernServer(options: CreateMcpHandlerOptions = {}): Promise<URL> {
  const text = (words: string): { content: { type: 'text'; text: string }[] } => ({
    content: [{ type: 'text', text: words }],
  })
  const schema = fromJsonSchema<{ message: string }>({
    type: 'object',
    properties: { message: { type: 'string' } },
    required: ['message'],
  })
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'modern', version: '1.0.0' })
    server.registerTool('echo', { inputSchema: schema }, ({ message }) => text(`Echo: ${message}`))
    server.registerTool('steps', {}, async (context) => {
      const { progressToken } = context.mcpReq['_meta'] ?? {}
      if (progressToken === undefined) return text('no progress token')
      for (let progress = 1; progress <= 3; progress++) {
        await context.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress } })
      }
      return text('done')
    })
    server.registerResource('fact', 'test://fact', {}, (uri) => ({ contents: [{ uri: uri.href, text: 'a fact' }] }))
    server.registerPrompt('grüße', {}, () => ({
      messages: [{ role: 'user', content: { type: 'text', text: 'Servus' } }],
    }))
    return server
  }, options)
  const handle = toNodeHandler(handler)
  // The types of the SDK and of Node disagree about undefined in optional keys.
  const server = createServer((request, response) => void handle(request as Parameters<typeof handle>[0], response))
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await handler.close()
  })
  return new URL(`mcp+http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`)
}
