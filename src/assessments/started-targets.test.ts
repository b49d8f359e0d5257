import { expect, test } from 'vitest'
import { isShared, type Target } from '../model/target.ts'
import { withStartedTargets } from './started-targets.ts'

const { signal } = new AbortController()
const SERVER =
  "require('node:http').createServer((_, response) => response.end(String(process.pid))).listen(process.env.PORT)"

async function urlOf(target: Target | undefined): Promise<string> {
  if (!isShared(target)) throw new TypeError('a command becomes a shared target')
  return target()
}

test('starts a command once, calls a function once, and leaves a URL as it is', async () => {
  let calls = 0
  let url = ''
  const http = { command: [process.execPath, '-e', SERVER], url: 'http://127.0.0.1:{port}/' }
  const given = { http, websocket: () => `ws://127.0.0.1:${3_000 + ++calls}`, tcp: 'tcp://127.0.0.1:4000' }
  await withStartedTargets(given, {}, signal, async (targets) => {
    expect(targets.http).toHaveProperty('written', http)
    expect([targets.websocket, targets.tcp]).toEqual(['ws://127.0.0.1:3001', 'tcp://127.0.0.1:4000'])
    url = await urlOf(targets.http)
    expect(await urlOf(targets.http)).toBe(url)
    const pid = async (): Promise<string> => (await fetch(url)).text()
    expect(await pid()).toBe(await pid())
  })
  await expect(fetch(url)).rejects.toThrow('fetch failed')
})

test('ends a server if a load fails', async () => {
  let url = ''
  const http = { command: [process.execPath, '-e', SERVER], url: 'http://127.0.0.1:{port}/' }
  const failing = withStartedTargets({ http }, {}, signal, async (targets) => {
    url = await urlOf(targets.http)
    throw new Error('the load failed')
  })
  await expect(failing).rejects.toThrow('the load failed')
  await expect(fetch(url)).rejects.toThrow('fetch failed')
})

test('starts nothing that no load needs, and names a command that does not start', async () => {
  const tcp = { command: [process.execPath, '-e', 'process.exit(3)'], url: 'tcp://127.0.0.1:{port}' }
  await withStartedTargets({ tcp }, {}, signal, () => Promise.resolve())
  const failing = withStartedTargets({ tcp }, {}, signal, async (targets) => void (await urlOf(targets.tcp)))
  await expect(failing).rejects.toThrow('ended with code 3')
})
