/**
 * The least that a client over a pipe can do: it writes one prepared line for each line that arrives, with `CONCURRENCY`
 * in flight, and parses nothing. `node pipe-floor.ts CONCURRENCY SECONDS PROGRAM …`.
 */
import { spawn } from 'node:child_process'
import { finish, startCpu } from './measure.ts'

const [concurrency = '1', seconds = '1', program = '', ...args] = process.argv.slice(2)
const WARM_UP_MS = 1_000
const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', arguments: { message: 'hello' } } }
const line = `${JSON.stringify(call)}\n`
const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
const LF = 10
let done = 0
let warmUpRequests = 0
let cpuUs: (() => number) | undefined
child.stdout.on('data', (bytes: Buffer) => {
  let lines = 0
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) lines++
  if (cpuUs === undefined) warmUpRequests += lines
  else done += lines
  for (let i = 0; i < lines; i++) child.stdin.write(line, 'latin1')
})
for (let i = 0; i < Number(concurrency); i++) child.stdin.write(line, 'latin1')
setTimeout(() => (cpuUs = startCpu()), WARM_UP_MS)
setTimeout(
  () => {
    child.kill()
    finish({ requests: done, warmUpRequests, threadsUs: cpuUs?.() ?? 0, serviceP50Ms: null })
  },
  WARM_UP_MS + 1_000 * Number(seconds),
)
