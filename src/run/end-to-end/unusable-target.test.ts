import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer as createTlsServer } from 'node:https'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { LoadPlan } from '../../plan/load-plan.ts'
import { mix } from '../../plan/mix.ts'
import { cert, key } from '../../protocols/http/localhost-certificate.fixture.ts'
import { runLoad } from '../index.ts'
import { recordingServer } from './recording-server.fixture.ts'

const shape = { rate: 20, duration: '500ms', connection: 'long-lived', maxConnections: 1 } as const

function failureOf(plan: LoadPlan): Promise<Error> {
  return runLoad({ ...shape, ...plan }).then(
    () => new Error('it ran'),
    (error: unknown) => error as Error,
  )
}

test('distinguishes a failing setup from an unreachable server', async () => {
  const { url } = await recordingServer()
  const failed = await failureOf({
    target: url,
    setup: () => {
      throw new Error('no login')
    },
  })
  expect(failed).toMatchObject({ name: 'LoadTargetError', code: 'ERR_LOAD_TARGET_UNREACHABLE' })
  expect(failed.message).toBe(
    `no connection to ${url.replace(/\/$/, '')} can be used (the setup of the connection failed: no login)\n    → check the \`setup\` of the plan and the target`,
  )
})

test('reports which entry of a mix has a server that speaks another protocol', async () => {
  const { url } = await recordingServer()
  const silent = createServer((socket) => socket.destroy())
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  onTestFinished(() => void silent.close())
  const closes = `ws://127.0.0.1:${(silent.address() as AddressInfo).port}`
  const { message } = await failureOf({ workload: mix([{ target: url }, { target: closes }]) })
  expect(message).toContain(`no connection to ${closes} can be used`)
  expect(message).not.toContain('start the server first')
})

test('shares the server that the plan starts among the entries of a mix', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'load-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const starts = join(folder, 'starts')
  const program = `require('fs').appendFileSync(process.argv[1], 'x')
    require('http').createServer((_, answer) => answer.end()).listen(process.env.PORT)`
  const result = await runLoad({
    ...shape,
    target: { command: [process.execPath, '-e', program, starts], url: 'http://127.0.0.1:{port}' },
    workload: mix([{ name: 'a' }, { name: 'b' }]),
  })
  expect(result).toMatchObject({ successes: 10, errors: 0 })
  expect(await readFile(starts, 'utf8')).toBe('x')
})

test('names the target with TLS when a server with TLS gets plain requests', async () => {
  const host = await listening(createTlsServer({ cert, key }))
  const { message } = await failureOf({ target: `ws://${host}` })
  expect(message).toContain(`→ the server speaks TLS on this port: write target: 'wss://${host}/'`)
  // This server closes every connection, which a run over HTTP can only report as errors.
  const result = await runLoad({ ...shape, target: `http://${host}` })
  expect(result).toMatchObject({ requestsSent: 10, errors: 10 })
  expect(result.generator.doubts).toContainEqual({
    code: 'target-speaks-tls',
    url: `https://${host}/`,
    message: `the server speaks TLS on this port; write target: 'https://${host}/'`,
  })
})

async function listening(server: Server): Promise<string> {
  server.on('error', () => {}).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}
