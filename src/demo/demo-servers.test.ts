import { expect, test } from 'vitest'
import { DemoServers } from './demo-servers.ts'

test('ends the others if one of them cannot start', async () => {
  const servers = new DemoServers()
  const url = await servers.target({ kind: 'capacity', servers: 2, serviceMs: 1 })()
  const { port } = new URL(url)
  await expect(servers.target({ kind: 'work', protocol: 'http', port: Number(port) })()).rejects.toThrow('ended with')
  await servers[Symbol.asyncDispose]()
  await expect(fetch(url)).rejects.toThrow('fetch failed')
})

test('starts each server once, on its first use, and ends them all', async () => {
  const servers = new DemoServers()
  const capacity = servers.target({ kind: 'capacity', servers: 2, serviceMs: 1 })
  const work = servers.target({ kind: 'work', protocol: 'http' })
  const urls = await Promise.all([capacity(), capacity(), work()])
  expect(urls[0]).toBe(urls[1])
  expect(new Set(urls).size).toBe(2)
  expect(await (await fetch(urls[0])).text()).toBe('OK')
  expect(await (await fetch(new URL('/read?bytes=5', urls[2]))).text()).toMatch(/^[a-z0-9]{5}$/)
  await servers[Symbol.asyncDispose]()
  for (const url of urls) await expect(fetch(url)).rejects.toThrow('fetch failed')
})
