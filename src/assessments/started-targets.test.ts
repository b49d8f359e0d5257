import { expect, test } from 'vitest'
import { startTargets } from './started-targets.ts'

const { signal } = new AbortController()
const SERVER =
  "require('node:http').createServer((_, response) => response.end(String(process.pid))).listen(process.env.PORT)"

test('starts a command once, calls a function once, and leaves a URL as it is', async () => {
  let calls = 0
  const { targets, stop } = await startTargets(
    {
      http: { command: [process.execPath, '-e', SERVER], url: 'http://127.0.0.1:{port}/' },
      websocket: () => `ws://127.0.0.1:${3_000 + ++calls}`,
      tcp: 'tcp://127.0.0.1:4000',
    },
    {},
    signal,
  )
  const url = targets.http as string
  const pid = async (): Promise<string> => (await fetch(url)).text()
  expect(await pid()).toBe(await pid())
  expect(targets).toEqual({ http: url, websocket: 'ws://127.0.0.1:3001', tcp: 'tcp://127.0.0.1:4000' })
  await stop()
  await expect(fetch(url)).rejects.toThrow('fetch failed')
})

test('ends what it has started if another target cannot be started', async () => {
  const http = { command: [process.execPath, '-e', SERVER], url: 'http://127.0.0.1:{port}/' }
  const tcp = { command: [process.execPath, '-e', 'process.exit(3)'], url: 'tcp://127.0.0.1:{port}' }
  await expect(startTargets({ http, tcp }, {}, signal)).rejects.toThrow('ended with code 3')
})
