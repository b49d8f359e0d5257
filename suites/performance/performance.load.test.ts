import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { env } from 'node:process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFixture } from '../../fixtures/index.ts'
import { machineEnvironment } from '../../src/hosts/machine-environment.ts'
import { median } from '../../src/judge/verdict/statistics/median.ts'
import { noNginx, startNginx } from '../../src/run/end-to-end/nginx.fixture.ts'
import { FLOOR, type Load, MCP_PEERS, OWN, OWN_TICK, ownCost, type Peer, PEERS, PIPE_FLOOR, planOf } from './peers.ts'
import { type PerformanceReport, performancePage, type SweepPoint, type SweepResult } from './performance-page.ts'
import { formatLines, type Line, linesOf } from './performance-table.ts'
import { buildPrograms, type Cost } from './run-program.ts'
import { SWEEPS } from './sweeps.ts'

/** Rounds in which every generator has one run, so that a disturbance of the machine affects all of them equally. */
const ROUNDS = Number(env['PERFORMANCE_ROUNDS'] ?? 9)
/** Rounds of a sweep, which shows a trend, not a ratio. */
const SWEEP_ROUNDS = Math.ceil(ROUNDS / 3)
const MAX_CONNECTIONS = 10_000
/** nginx closes idle connections when it has less than a sixteenth of this left. */
const SERVER_CONNECTIONS = 1.2 * MAX_CONNECTIONS
const root = fileURLToPath(new URL('../..', import.meta.url))

interface Cell extends Omit<Load, 'url'> {
  readonly name: string
  /** Ratio to the floor program, in CPU of the threads, that no change may exceed. */
  readonly bound: number
}

const CELLS: readonly Cell[] = [
  { name: '8 000 req/s, 100 connections', rate: 8_000, connections: 100, seconds: 4, bound: 1.8 },
  { name: '1 000 req/s, 50 connections', rate: 1_000, connections: 50, seconds: 4, bound: 2.6 },
  { name: '100 req/s, 10 connections, 10 s', rate: 100, connections: 10, seconds: 10, bound: 2.2 },
  { name: 'closed model, 50 connections', rate: 0, connections: 50, seconds: 4, bound: 1.8 },
]

const report = {
  startedAt: new Date().toISOString(),
  machine: describeMachine(),
  rounds: ROUNDS,
  notes: [] as string[],
  lines: [] as Line[],
  sweeps: [] as SweepResult[],
} satisfies PerformanceReport

function describeMachine(): string {
  const { cpus, cpu, os, node } = machineEnvironment()
  return `${cpus} cores (${cpu}), ${os}, Node.js ${node}`
}

beforeAll(async () => {
  // What users run is the build.
  const build = spawnSync('npx', ['tsdown'], { cwd: root, encoding: 'utf8' })
  if (build.status !== 0) throw new Error(`the build failed: ${build.stderr}`)
  await buildPrograms()
}, 120_000)

afterAll(() => {
  console.log(`${formatLines(report.lines)}\n\n${report.notes.join('\n')}`)
})

/** Rewrites the files with what was measured so far. */
function write(): void {
  mkdirSync('reports', { recursive: true })
  writeFileSync('reports/performance.json', `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync('reports/performance.txt', `${formatLines(report.lines)}\n\n${report.notes.join('\n')}\n`)
  writeFileSync('reports/performance.html', performancePage(report))
}

/** Runs each generator that can send the load once per round, and another one first in each round. */
async function costsOf<Sent>(
  all: readonly Peer<Sent>[],
  load: Sent,
): Promise<ReadonlyMap<Peer<Sent>, readonly Cost[]>> {
  const peers = all.filter((peer) => peer.missing(load) === undefined)
  const costs = new Map<Peer<Sent>, Cost[]>(peers.map((peer) => [peer, []]))
  for (let round = 0; round < ROUNDS; round++) {
    const order = peers.map((_, index) => peers[(index + round) % peers.length]).filter((peer) => peer !== undefined)
    for (const peer of order) costs.get(peer)?.push(await peer.run(load))
  }
  return costs
}

function compared<Sent>(name: string, costs: ReadonlyMap<Peer<Sent>, readonly Cost[]>, floor: string): readonly Line[] {
  const rows = [...costs].map(([peer, each]) => ({ peer: peer.name, costs: each }))
  const lines = linesOf(name, rows, floor)
  report.lines.push(...lines)
  write()
  return lines
}

function note(text: string): void {
  if (!report.notes.includes(text)) report.notes.push(text)
}

const ofPeer = (lines: readonly Line[], name: string): Line | undefined => lines.find(({ peer }) => peer === name)

describe.skipIf(noNginx !== undefined)(`the cost of a request${noNginx === undefined ? '' : ` (${noNginx})`}`, () => {
  test.for(CELLS)(
    'at $name, compared with other generators',
    { timeout: 3_600_000 },
    async ({ name, bound, ...cell }) => {
      await using server = await startNginx({ keepaliveRequests: 1e9 })
      const load = { ...cell, url: `${server.url}/` }
      for (const peer of PEERS) {
        const why = peer.missing(load)
        if (why !== undefined) note(`Not compared: ${why}.`)
      }
      const costs = await costsOf([...PEERS, OWN_TICK], load)
      const lines = compared(name, costs, FLOOR.name)
      if (cell.rate > 0) {
        for (const { requests } of costs.get(OWN) ?? []) expect(requests).toBe(cell.rate * cell.seconds)
      }
      expect(ofPeer(lines, OWN.name)?.threadsRatio?.interval[0]).toBeLessThan(bound)
    },
  )

  test.for(SWEEPS)('over the $name', { timeout: 3_600_000 }, async ({ name, x, values, own, floor }) => {
    await using server = await startNginx({ keepaliveRequests: 1e9, connections: SERVER_CONNECTIONS })
    const points: SweepPoint[] = []
    for (const value of values) {
      const costs: Cost[] = []
      const others: Cost[] = []
      for (let round = 0; round < SWEEP_ROUNDS; round++) {
        costs.push(await own(`${server.url}/`, value))
        if (floor !== undefined) others.push(await floor(`${server.url}/`, value))
      }
      points.push({
        x: value,
        ownUs: median(costs.map(perRequest)),
        floorUs: others.length === 0 ? null : median(others.map(perRequest)),
        ownMb: median(costs.map(({ peakMb }) => peakMb)),
      })
    }
    report.sweeps.push({ name, x, points })
    write()
    for (const { ownUs } of points) expect(ownUs).toBeGreaterThan(0)
  })

  test(`with ${MAX_CONNECTIONS} open connections`, { timeout: 600_000 }, async () => {
    await using server = await startNginx({ keepaliveRequests: 1e9, connections: SERVER_CONNECTIONS })
    const load = { url: `${server.url}/`, rate: 1_000, connections: MAX_CONNECTIONS, seconds: 3 }
    const one = await ownCost(planOf({ ...load, connections: 1 }))
    const all = await ownCost(planOf(load))
    expect(all.requests).toBe(3_000)
    const kbPerConnection = (1_024 * (all.peakMb - one.peakMb)) / MAX_CONNECTIONS
    note(
      `${MAX_CONNECTIONS} connections: ${all.peakMb.toFixed(0)} MB, of which ${one.peakMb.toFixed(0)} MB without them: ` +
        `${kbPerConnection.toFixed(1)} kB each.`,
    )
    write()
    expect(kbPerConnection).toBeLessThan(30)
  })
})

const perRequest = ({ threadsUs = Number.NaN, requests }: Cost): number => threadsUs / requests

test('the cost of a call over a pipe, compared with the official MCP client', { timeout: 3_600_000 }, async () => {
  const costs = await costsOf(MCP_PEERS, { concurrency: 8, seconds: 4 })
  const lines = compared('MCP over a pipe, 8 calls in flight', costs, PIPE_FLOOR.name)
  const [own, sdk] = [OWN.name, 'MCP SDK client'].map((name) => ofPeer(lines, name)?.threadsUs ?? Number.NaN)
  expect(own).toBeLessThan(sdk ?? 0)
})

test('the service time is that of the server', { timeout: 600_000 }, async () => {
  const points = [
    [0, 10],
    [1, 10],
  ] as const
  await using server = await startFixture('latency', { distribution: { kind: 'quantiles', points } })
  const load = { url: `${server.url}/`, rate: 500, connections: 20, seconds: 4 }
  for (const peer of PEERS) {
    if (peer.missing(load) !== undefined) continue
    await server.control.forget()
    const { serviceP50Ms } = await peer.run(load)
    const recordedMs = (await server.control.record()).p50Ms
    if (serviceP50Ms === null || serviceP50Ms === undefined) continue
    const [seen, recorded] = [serviceP50Ms, recordedMs].map((ms) => ms.toFixed(2))
    note(`Service time at 500 req/s (p50): ${peer.name} ${seen} ms, the server ${recorded} ms.`)
    if (peer === OWN) expect(Math.abs(serviceP50Ms / recordedMs - 1)).toBeLessThan(0.2)
  }
  write()
})

test('the time until the first request', { timeout: 600_000 }, async () => {
  const load = { rate: 10, connections: 1, seconds: 1 }
  for (const peer of PEERS) {
    if (peer.missing({ ...load, url: '' }) !== undefined) continue
    const times: number[] = []
    for (let round = 0; round < SWEEP_ROUNDS; round++) {
      const { server, url, firstMs } = await firstRequestServer()
      try {
        const startMs = performance.now()
        const run = peer.run({ ...load, url })
        const noRequest = run.then(() => Promise.reject(new Error(`${peer.name} sent no request`)))
        noRequest.catch(() => {})
        times.push((await Promise.race([firstMs, noRequest])) - startMs)
        await run
      } finally {
        server.close()
      }
    }
    note(`First request of ${peer.name} after ${median(times).toFixed(0)} ms.`)
  }
  write()
})

/** A server that answers at once, and resolves with the time at which the first bytes of a request arrived. */
async function firstRequestServer(): Promise<{
  readonly server: Server
  readonly url: string
  readonly firstMs: Promise<number>
}> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', () => {
      resolve(performance.now())
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('the server has a port')
  return { server, url: `http://127.0.0.1:${address.port}/`, firstMs: promise }
}
