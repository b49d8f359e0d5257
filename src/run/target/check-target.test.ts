import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ConnectError, type ConnectMistake } from '../../model/connect-error.ts'
import { checkTarget, reachTarget, unusable } from './check-target.ts'

afterEach(() => vi.unstubAllEnvs())

/** Listens on a port of this machine until the test ends. */
async function listening(onTestFinished: (end: () => void) => void, host = '127.0.0.1'): Promise<number> {
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  onTestFinished(() => server.close())
  return (server.address() as AddressInfo).port
}

/** Returns a port of this machine on which nothing listens any more. */
async function closedPort(): Promise<number> {
  const ends: (() => void)[] = []
  const port = await listening((end) => ends.push(end))
  ends.forEach((end) => end())
  return port
}

describe('checkTarget', () => {
  it.each(['http://127.0.0.1:3000/api', new URL('http://localhost:3000/api'), () => 'http://[::1]:3000/api'])(
    'accepts %s and returns its addresses',
    async (target) => {
      const { url, addresses } = await checkTarget(target, [])
      expect(url.pathname).toBe('/api')
      expect(addresses.length).toBeGreaterThan(0)
    },
  )

  it('awaits a target function', async () => {
    const { url } = await checkTarget(() => Promise.resolve(new URL('https://127.0.0.1')), [])
    expect(url.href).toBe('https://127.0.0.1/')
  })

  it.each([
    [new Error('no port'), 'no port'],
    [Object.create(null), 'a value that cannot be converted to text'],
  ])('reports what a target function throws: %j', async (thrown, message) => {
    const target = (): never => {
      throw thrown
    }
    await expect(checkTarget(target, [])).rejects.toMatchObject({
      code: 'ERR_LOAD_TARGET_START',
      message: `the target function threw: ${message}`,
    })
  })

  it('refuses another host before sending a packet to it, and says how to allow it', async () => {
    await expect(checkTarget('http://10.1.2.3:8080', [])).rejects.toMatchObject({
      code: 'ERR_LOAD_TARGET_REFUSED',
      message: `10.1.2.3 is not this machine and not among the allowed hosts; nothing was sent to it
    → if you are allowed to load it, add allowHosts: ['10.1.2.3'] to the plan, or set LOAD_ALLOW_HOSTS=10.1.2.3`,
    })
  })

  it('accepts other hosts that the plan or the environment allows', async () => {
    await expect(checkTarget('http://10.1.2.3:8080', ['10.0.0.0/8'])).resolves.toBeDefined()
    vi.stubEnv('LOAD_ALLOW_HOSTS', 'staging.example.com, 10.1.2.3')
    await expect(checkTarget('http://10.1.2.3:8080', [])).resolves.toBeDefined()
    await expect(checkTarget('http://10.1.2.4:8080', [])).rejects.toMatchObject({ code: 'ERR_LOAD_TARGET_REFUSED' })
  })

  it('reports a mistake in LOAD_ALLOW_HOSTS', async () => {
    vi.stubEnv('LOAD_ALLOW_HOSTS', 'a.test,https://b.test/')
    await expect(checkTarget('http://127.0.0.1', [])).rejects.toMatchObject({
      code: 'ERR_LOAD_PLAN',
      issues: [{ key: 'LOAD_ALLOW_HOSTS[1]', remedy: "write 'b.test'" }],
    })
  })

  it('refuses 0.0.0.0 with 127.0.0.1 as the remedy', async () => {
    await expect(checkTarget('http://0.0.0.0:3000', [])).rejects.toThrow(/write 127\.0\.0\.1/)
  })

  it('rejects an invalid return value of a target function', async () => {
    await expect(checkTarget(() => '127.0.0.1', [])).rejects.toMatchObject({
      code: 'ERR_LOAD_PLAN',
      issues: [{ key: 'target', value: '127.0.0.1', remedy: "write target: 'http://127.0.0.1'" }],
    })
  })

  it('keeps the cause if the target function throws', async () => {
    const cause = new Error('no port yet')
    const target = (): string => {
      throw cause
    }
    await expect(checkTarget(target, [])).rejects.toMatchObject({ code: 'ERR_LOAD_TARGET_START', cause })
  })
})

describe('reachTarget', () => {
  it('returns the address that answers if a name has several', async ({ onTestFinished }) => {
    const port = await listening(onTestFinished)
    const addresses = [
      { address: '127.0.0.2', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ] as const
    const url = new URL(`http://localhost:${port}`)
    await expect(reachTarget({ url, addresses }, 2_000)).resolves.toEqual({ url, address: '127.0.0.1', family: 4 })
  })

  it('leaves a scheme that only a custom protocol knows to that protocol, because it may not use TCP', async () => {
    const target = await checkTarget(`udp://127.0.0.1:${await closedPort()}`, [], 'custom')
    await expect(reachTarget(target, 2_000)).resolves.toMatchObject({ address: '127.0.0.1', family: 4 })
  })

  it('rejects with a remedy when nothing answers', async () => {
    const port = await closedPort()
    const target = await checkTarget(`http://127.0.0.1:${port}/api`, [])
    await expect(reachTarget(target, 2_000)).rejects.toMatchObject({
      code: 'ERR_LOAD_TARGET_UNREACHABLE',
      message: `no server responds at http://127.0.0.1:${port} (connect ECONNREFUSED 127.0.0.1:${port})
    → start the server first, check the port, or let the run start it:
      target: { command: ['node', 'server.js'], url: 'http://127.0.0.1:{port}' }`,
    })
  })
})

describe('unusable', () => {
  const cases: readonly (readonly [ConnectMistake, string, string])[] = [
    [
      'untrusted-certificate',
      'https://127.0.0.1:3000',
      "trust its certificate with tls: { ca: readFileSync('ca.pem', 'utf8') }, or accept any certificate with " +
        'tls: { rejectUnauthorized: false }',
    ],
    [
      'certificate-name',
      'https://127.0.0.1:3000',
      "write the target with a name of the certificate, or name it with tls: { servername: 'example.com' }",
    ],
    ['no-tls', 'https://127.0.0.1:3000/a', "write target: 'http://127.0.0.1:3000/a'"],
    ['no-tls', 'wss://127.0.0.1:3000', "write target: 'ws://127.0.0.1:3000/'"],
    ['no-tls', 'tls://127.0.0.1:3000', "write target: 'tcp://127.0.0.1:3000'"],
    ['no-tls', 'mcp+https://127.0.0.1:3000/mcp', "write target: 'mcp+http://127.0.0.1:3000/mcp'"],
    ['tls', 'tcp://127.0.0.1:3000', "the server speaks TLS on this port: write target: 'tls://127.0.0.1:3000'"],
    ['no-credentials', 'ws://127.0.0.1:3000', "send credentials with headers: { authorization: 'Bearer …' }"],
    ['wrong-path', 'mcp+http://127.0.0.1:3000/mpc', 'check the path of the target: /mpc'],
  ]
  it.each(cases)('names the remedy for %s at %s', (mistake, target, remedy) => {
    const why = new ConnectError('tls', 'it failed', { mistake })
    const { message } = unusable(new URL(target), why, { hasSetup: true })
    expect(message.split('\n')).toEqual([expect.stringMatching(/ can be used \(it failed\)$/), `    → ${remedy}`])
  })
})

it('says that proxies are not used, unless the host is on this machine or excluded', async () => {
  vi.stubEnv('HTTP_PROXY', 'http://proxy.invalid:3128')
  vi.stubEnv('HTTPS_PROXY', undefined)
  vi.stubEnv('NO_PROXY', undefined)
  const note = /\n {4}→ HTTP_PROXY is set, but load does not use proxies: it connects to the target directly$/
  await expect(checkTarget('http://a.invalid', [])).rejects.toThrow(note)
  vi.stubEnv('NO_PROXY', 'localhost, .invalid')
  await expect(checkTarget('http://a.invalid', [])).rejects.not.toThrow(note)
})
