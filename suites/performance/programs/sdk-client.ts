/** Calls by the official MCP client: `node sdk-client.ts CONCURRENCY SECONDS PROGRAM …`. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { finish, Histogram, startCpu } from './measure.ts'

const [concurrency = '1', seconds = '1', command = '', ...args] = process.argv.slice(2)
const WARM_UP_MS = 1_000
const client = new Client({ name: 'performance', version: '1.0.0' })
await client.connect(new StdioClientTransport({ command, args }))
const service = new Histogram()
const endMs = performance.now() + WARM_UP_MS + 1_000 * Number(seconds)
let done = 0
let warmUpRequests = 0
let cpuUs: (() => number) | undefined
setTimeout(() => (cpuUs = startCpu()), WARM_UP_MS)

async function repeat(): Promise<void> {
  for (let nowMs = performance.now(); nowMs < endMs;) {
    await client.callTool({ name: 'echo', arguments: { message: 'hello' } })
    const sentMs = nowMs
    nowMs = performance.now()
    if (cpuUs === undefined) warmUpRequests++
    else {
      done++
      service.add((nowMs - sentMs) * 1_000)
    }
  }
}

await Promise.all(Array.from({ length: Number(concurrency) }, repeat))
finish({ requests: done, warmUpRequests, threadsUs: cpuUs?.() ?? 0, serviceP50Ms: service.p50Ms })
