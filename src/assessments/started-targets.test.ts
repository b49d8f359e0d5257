import { expect, test } from 'vitest'
import { isShared, type Target } from '../model/target.ts'
import { startTargets } from './started-targets.ts'

const { signal } = new AbortController()
const SERVER =
  "require('node:http').createServer((_, response) => response.end(String(process.pid))).listen(process.env.PORT)"

async function urlOf(target: Target | undefined): Promise<string> {
  if (!isShared(target)) throw new TypeError('a command becomes a shared target')
  return target()
}

test('starts a command once, calls a function once, and leaves a URL as it is', async () => {
  let calls = 0
  const http = { command: [process.execPath, '-e', SERVER], url: 'http://127.0.0.1:{port}/' }
  const { targets, stop } = await startTargets(
    { http, websocket: () => `ws://127.0.0.1:${3_000 + ++calls}`, tcp: 'tcp://127.0.0.1:4000' },
    {},
    signal,
  )
  expect(targets.http).toHaveProperty('written', http)
  expect([targets.websocket, targets.tcp]).toEqual(['ws://127.0.0.1:3001', 'tcp://127.0.0.1:4000'])
  const [url, again] = await Promise.all([urlOf(targets.http), urlOf(targets.http)])
  expect(again).toBe(url)
  const pid = async (): Promise<string> => (await fetch(url)).text()
  expect(await pid()).toBe(await pid())
  await stop()
  await expect(fetch(url)).rejects.toThrow('fetch failed')
})

test('starts nothing that no load needs, and names a command that does not start', async () => {
  const tcp = { command: [process.execPath, '-e', 'process.exit(3)'], url: 'tcp://127.0.0.1:{port}' }
  const { targets, stop } = await startTargets({ tcp }, {}, signal)
  await expect(urlOf(targets.tcp)).rejects.toThrow('ended with code 3')
  await stop()
  const unused = await startTargets({ tcp }, {}, signal)
  await unused.stop()
})
