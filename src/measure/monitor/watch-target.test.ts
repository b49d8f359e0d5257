import { execFile, fork, type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, connect, type AddressInfo } from 'node:net'
import { availableParallelism } from 'node:os'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test, vi, onTestFinished } from 'vitest'
import { NOTHING } from './watch.ts'
import { CoreWait, watchTarget } from './watch-target.ts'

const WITHIN = { timeout: 10_000, interval: 20 }
const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

/** A server that sends its port. On request, it or a child uses CPU time and sends how much that was. */
const SERVER = `
  const { createServer } = require('node:net')
  const { spawn, spawnSync } = require('node:child_process')
  const burn = "const end = performance.now() + 400; while (performance.now() < end); " +
    "const { user, system } = process.cpuUsage(); console.log((user + system) / 1e6)"
  process.on('message', (order) => {
    if (order === 'delegate') return process.send(Number(spawnSync(process.execPath, ['-e', burn]).stdout))
    const child = order === 'both' && spawn(process.execPath, ['-e', burn + "; process.stdin.resume()"])
    const before = process.cpuUsage()
    for (const end = performance.now() + 400; performance.now() < end; );
    const { user, system } = process.cpuUsage(before)
    const own = (user + system) / 1e6
    if (child) child.stdout.on('data', (text) => process.send([own, Number(text)]))
    else process.send(own)
  })
  const server = createServer().listen(0, '127.0.0.1', () => process.send(server.address().port))`

async function startServer(): Promise<{ child: ChildProcess; pid: number; port: number }> {
  const child = fork('-', { execArgv: ['-e', SERVER], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  started.push(child)
  const [port] = await once(child, 'message')
  return { child, pid: child.pid ?? 0, port: Number(port) }
}

async function cpuSecondsOf(child: ChildProcess, order: 'burn' | 'delegate'): Promise<number> {
  child.send(order)
  const [seconds] = await once(child, 'message')
  return Number(seconds)
}

describe.runIf(process.platform === 'linux')('watchTarget', () => {
  test('finds the target by the port it listens on', async () => {
    const { pid, port } = await startServer()
    const watch = watchTarget({ port })
    expect(watch.pids).toEqual([pid])
    expect(watch.unwatched).toBeUndefined()
  })

  test('reports the memory, sockets and files of the target', async () => {
    const { pid, port } = await startServer()
    const watch = watchTarget({ pid })
    const { rssMb, openSockets, openFileDescriptors } = (await watch.sample()) ?? NOTHING
    expect(openFileDescriptors).toBeGreaterThan(openSockets ?? Infinity)
    expect(rssMb).toBeGreaterThan(20)
    expect(rssMb).toBeLessThan(500)
    const clients = Array.from({ length: 7 }, () => connect(port, '127.0.0.1'))
    await vi.waitFor(
      async () =>
        expect(await watch.sample()).toMatchObject({
          openSockets: (openSockets ?? 0) + 7,
          openFileDescriptors: (openFileDescriptors ?? 0) + 7,
        }),
      WITHIN,
    )
    for (const client of clients) client.destroy()
  })

  test.each(['burn', 'delegate'] as const)(
    'reports the CPU time that the processes measure themselves (%s)',
    async (order) => {
      const { child, pid } = await startServer()
      const watch = watchTarget({ pid })
      const startMs = performance.now()
      await watch.sample()
      const truthSeconds = await cpuSecondsOf(child, order)
      const { cpuPercent } = (await watch.sample()) ?? NOTHING
      const seconds = ((cpuPercent ?? 0) / 100) * ((performance.now() - startMs) / 1_000)
      // Ticks of 10 ms at both ends, and the server's other work around it.
      expect(seconds).toBeGreaterThan(truthSeconds - 0.05)
      expect(seconds).toBeLessThan(truthSeconds * 1.2 + 0.15)
    },
  )

  test('reports the CPU of the busiest process separately from the sum', async () => {
    const { child, pid } = await startServer()
    const watch = watchTarget({ pid })
    const startMs = performance.now()
    await watch.sample()
    child.send('both')
    const [truthSeconds] = (await once(child, 'message')) as [number[]]
    const { cpuPercent, busiestProcessCpuPercent } = (await watch.sample()) ?? NOTHING
    const seconds = (percent: number | null): number => ((percent ?? 0) / 100) * ((performance.now() - startMs) / 1_000)
    const [own = 0, others = 0] = truthSeconds
    expect(seconds(busiestProcessCpuPercent)).toBeGreaterThan(Math.max(own, others) - 0.05)
    expect(seconds(busiestProcessCpuPercent)).toBeLessThan(Math.max(own, others) * 1.2 + 0.15)
    expect(seconds(cpuPercent)).toBeGreaterThan(own + others - 0.1)
  })

  test('includes processes that the target starts while it is watched', async () => {
    const { child, pid } = await startServer()
    const watch = watchTarget({ pid })
    const done = cpuSecondsOf(child, 'delegate')
    await vi.waitFor(async () => {
      await watch.sample()
      expect(watch.pids).toHaveLength(2)
    }, WITHIN)
    await done
    await vi.waitFor(async () => {
      await watch.sample()
      expect(watch.pids).toEqual([pid])
    }, WITHIN)
  })

  test('counts the CPU time of a target whose processes end one after the other', async () => {
    const burn =
      'for (const end = performance.now() + 200; performance.now() < end;); ' +
      'const { user, system } = process.cpuUsage(); console.log((user + system) / 1e6)'
    const watch = watchTarget('followed')
    const startMs = performance.now()
    await watch.sample()
    let truthSeconds = 0
    const pids: number[] = []
    for (let i = 0; i < 3; i++) {
      const child = spawn(process.execPath, ['-e', burn], { stdio: ['ignore', 'pipe', 'inherit'] })
      pids.push(child.pid ?? 0)
      watch.follow(child.pid ?? 0)
      truthSeconds += Number(await text(child.stdout))
      if (child.exitCode === null) await once(child, 'exit')
    }
    const { pid } = await startServer()
    watch.follow(pid)
    const { cpuPercent } = (await watch.sample()) ?? NOTHING
    const seconds = ((cpuPercent ?? 0) / 100) * ((performance.now() - startMs) / 1_000)
    expect(seconds).toBeGreaterThan(truthSeconds - 0.1)
    // The server has used some as well, and so have other children of this process.
    expect(seconds).toBeLessThan(truthSeconds * 1.2 + 0.5)
    expect(watch.pids).toEqual([pid])
  })

  test('reports null for everything after the target has died', async () => {
    const { child, pid } = await startServer()
    const watch = watchTarget({ pid })
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await watch.sample()).toEqual(NOTHING)
    expect(watch.pids).toEqual([pid])
  })

  test('uses less than 5 ms of CPU per sample', async () => {
    const { pid } = await startServer()
    const watch = watchTarget({ pid })
    await watch.sample()
    const before = process.cpuUsage()
    for (let sample = 0; sample < 40; sample++) await watch.sample()
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 40 / 1_000).toBeLessThan(5)
  })
})

describe.runIf(process.platform === 'linux')('watchTarget returns the reason in `unwatched`', () => {
  test('when nothing listens', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    const watch = watchTarget({ port })
    expect(watch).toMatchObject({ pids: [], unwatched: `nothing listens on TCP port ${port} of this machine` })
    expect(await watch.sample()).toBeUndefined()
  })

  test('when the target runs in the test process', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    expect(watchTarget({ port }).unwatched).toMatch(/^the target runs in the test process/)
    server.close()
  })

  test('when the target runs in a process that started the test process', async () => {
    // Like the setup of a test runner, which starts a server and then the process with the tests.
    const program = `
      import { createServer } from 'node:net'
      import { execFileSync } from 'node:child_process'
      const server = createServer().listen(0, '127.0.0.1', () => {
        const watch = \`
          import { watchTarget } from '${new URL('watch-target.ts', import.meta.url).href}'
          console.log(watchTarget({ port: \${server.address().port} }).unwatched)\`
        const args = ['--no-warnings', '--input-type=module-typescript', '--eval', watch]
        process.stdout.write(execFileSync(process.execPath, args))
        process.exit()
      })`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
    expect(stdout).toMatch(/^the target runs in a process that started the test process, together with the generator;/)
  })

  test('when the process does not exist', () => {
    expect(watchTarget({ pid: 2 ** 30 }).unwatched).toBe('there is no process 1073741824 to watch')
  })
})

function spin(): number {
  const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child.pid ?? 0
}

test.runIf(process.platform === 'linux')('returns the wait of the thread that waited longest for a core', async () => {
  // More processes than cores, so that each has to wait.
  const startedMs = performance.now()
  const spinning = Array.from({ length: 2 * availableParallelism() }, spin)
  const wait = new CoreWait()
  await sleep(300)
  expect(wait.read(spinning)).toBe(0)
  await sleep(600)
  const waitedMs = wait.read(spinning)
  expect(waitedMs).toBeGreaterThan(50)
  // The kernel adds a wait when it ends, so it can include time before the first reading. A thread cannot have waited
  // longer than it existed, and the sum over the threads would be more.
  expect(waitedMs).toBeLessThan(performance.now() - startedMs)
})

test('returns null for processes that have ended', () => {
  expect(new CoreWait().read([2 ** 30])).toBeNull()
  expect(new CoreWait().read([])).toBeNull()
})
