import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { env } from 'node:process'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { noNginx, startNginx } from '../../src/run/end-to-end/nginx.fixture.ts'
import { type Cell, type Cost, FLOOR, OWN, type Peer, PEERS } from './peers.ts'
import { formatLines, type Line, linesOf } from './performance-table.ts'

/** Rounds in which every generator has one run, so that a disturbance of the machine meets all of them alike. */
const ROUNDS = Number(env['PERFORMANCE_ROUNDS'] ?? 9)
const CELLS: readonly Cell[] = [
  { name: '8 000 req/s, 100 connections', rate: 8_000, connections: 100, seconds: 4 },
  { name: '1 000 req/s, 50 connections', rate: 1_000, connections: 50, seconds: 4 },
  { name: '100 req/s, 10 connections, 10 s', rate: 100, connections: 10, seconds: 10 },
  { name: 'flat out, 50 connections', rate: 0, connections: 50, seconds: 4 },
]
const root = fileURLToPath(new URL('../..', import.meta.url))

describe.skipIf(noNginx !== undefined)(`the cost of a request${noNginx === undefined ? '' : ` (${noNginx})`}`, () => {
  beforeAll(() => {
    // What users run is the build.
    const build = spawnSync('npx', ['tsdown'], { cwd: root, encoding: 'utf8' })
    if (build.status !== 0) throw new Error(`the build failed: ${build.stderr}`)
  }, 120_000)

  test.for(CELLS)('at $name, beside other generators', { timeout: 3_600_000 }, async (cell, { annotate }) => {
    await using server = await startNginx({ keepaliveRequests: 1e9 })
    const missing = PEERS.flatMap((peer) => peer.missing(cell) ?? [])
    if (missing.length > 0) await annotate(`not compared: ${missing.join('; ')}`)
    const peers = PEERS.filter((peer) => peer.missing(cell) === undefined)
    const costs = new Map<Peer, Cost[]>(peers.map((peer) => [peer, []]))
    for (let round = 0; round < ROUNDS; round++) {
      // Another generator is first in each round.
      const order = peers.map((_, index) => peers[(index + round) % peers.length]).filter((peer) => peer !== undefined)
      for (const peer of order) costs.get(peer)?.push(await peer.run(server.url, cell))
    }
    const lines = linesOf(
      cell,
      [...costs].map(([{ name }, each]) => ({ peer: name, costs: each })),
      FLOOR.name,
    )
    write(lines)

    const own = lines.find(({ peer }) => peer === OWN.name)
    if (cell.rate > 0) {
      for (const { requests } of costs.get(OWN) ?? []) expect(requests).toBe(cell.rate * cell.seconds)
    }
    expect(own?.threadsRatio?.interval[0]).toBeLessThan(BOUNDS[cell.name] ?? Number.NaN)
  })
})

/** Threads' CPU per request, divided by that of the floor program, that no change may exceed. */
const BOUNDS: Readonly<Record<string, number>> = {
  '8 000 req/s, 100 connections': 3,
  '1 000 req/s, 50 connections': 4,
  '100 req/s, 10 connections, 10 s': 4,
  'flat out, 50 connections': 3,
}

const all: Line[] = []

/** Rewrites the files with the cells measured so far. */
function write(lines: readonly Line[]): void {
  all.push(...lines)
  console.log(formatLines(lines))
  mkdirSync('reports', { recursive: true })
  writeFileSync('reports/performance.json', `${JSON.stringify({ rounds: ROUNDS, lines: all }, null, 2)}\n`)
  writeFileSync('reports/performance.txt', `${formatLines(all)}\n`)
}
