/**
 * A server over stdio whose first argument selects its behaviour:
 * `node scripted-server.fixture.ts <behaviour>`. It handles the handshake, unless the behaviour changes that.
 */
import { spawn } from 'node:child_process'
import { closeSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'

interface Message {
  readonly id?: unknown
  readonly method?: string
  readonly params?: unknown
}

const say = (message: object): void => void process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)

function reply({ id, method }: Message): void {
  if (method === 'initialize') {
    say({ id, result: { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'scripted' } } })
  } else if (id !== undefined) say({ id, result: { pid: process.pid } })
}

const isCall = ({ id, method }: Message): boolean => id !== undefined && method !== 'initialize'

const behaviours: Readonly<Record<string, (message: Message) => void>> = {
  plain: reply,
  echoes(message) {
    if (isCall(message)) say({ id: message.id, result: message.params })
    else reply(message)
  },
  'reports where it runs'(message) {
    if (isCall(message)) say({ id: message.id, result: { cwd: process.cwd(), env: process.env['SCRIPTED'] } })
    else reply(message)
  },
  'exits mid-call'(message) {
    if (!isCall(message)) return reply(message)
    writeSync(2, 'out of cheese\nredo from start\n')
    process.exit(3)
  },
  'prints logs'(message) {
    process.stdout.write(`{"level":"info","got":${JSON.stringify(message.method)}}\n\n`)
    reply(message)
  },
  'prints logs that look like messages'(message) {
    const logs = [
      { level: 'error', error: { message: 'the cache is empty' } },
      { level: 'info', method: 'GET', path: '/health' },
      { level: 'info', id: 'req-7', method: 'GET' },
      { level: 'info', id: 'req-7', result: 'sent' },
      { level: 'error', id: null, error: { code: 1 } },
      [{ level: 'info', id: 7, result: 'sent' }],
    ]
    process.stdout.write(logs.map((log) => `${JSON.stringify(log)}\n`).join(''))
    // Without a version.
    if (isCall(message)) process.stdout.write(`{"id":${JSON.stringify(message.id)},"result":{}}\n`)
    else reply(message)
  },
  'answers with long errors'(message) {
    if (isCall(message)) say({ id: message.id, error: { code: 1, message: 'no '.repeat(700_000) } })
    else reply(message)
  },
  'refuses with a long error'({ id }) {
    if (id !== undefined) say({ id, error: { code: 1, message: 'no '.repeat(700_000) } })
  },
  'is killed mid-call'(message) {
    if (isCall(message)) process.kill(process.pid, 'SIGKILL')
    else reply(message)
  },
  'floods stderr'(message) {
    // Many times the capacity of a pipe, written synchronously so that the server blocks until it is read.
    for (let i = 0; i < 40; i++) writeSync(2, `${'x'.repeat(64 * 1024)}\n`)
    reply(message)
  },
  'never answers'(message) {
    if (!isCall(message)) reply(message)
  },
  'closes its output'(message) {
    if (isCall(message)) closeSync(1)
    else reply(message)
  },
  'outlives its input': reply,
  'has a child'(message) {
    if (!isCall(message)) return reply(message)
    // The child holds a connection to the test, which shows how long it lives, and does not keep this process alive.
    const code = `require('node:net').connect(${Number(process.env['SCRIPTED'])}, '127.0.0.1')`
    spawn(process.execPath, ['-e', code], { stdio: 'inherit' }).unref()
  },
  'exits at discover'(message) {
    if (message.method === 'server/discover') process.exit(1)
    reply(message)
  },
  'ignores discover'(message) {
    if (message.method !== 'server/discover') reply(message)
  },
}

const [, , behaviour = 'plain'] = process.argv
if (behaviour === 'prints logs') process.stdout.write('Server listening on stdio\r\n')
if (behaviour === 'outlives its input') {
  process.on('SIGTERM', () => {})
  setInterval(() => {}, 1_000)
}
const behave = behaviours[behaviour] ?? reply
if (behaviour === 'starts slowly') {
  // Like a program that `npx` first downloads: it reads nothing until it has started.
  await setTimeout(Number(process.env['SCRIPTED']))
}
createInterface(process.stdin).on('line', (line) => behave(JSON.parse(line) as Message))
