import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Fixture, startFixture, stdioTarget } from '../../../fixtures/index.ts'
import type { ConnectionKind, MessageSize } from '../../model/plan.ts'
import type { MixEntry } from '../../plan/load-plan.ts'
import type { JudgedFigures } from '../../model/figures.ts'
import { tcp } from '../../protocols/tcp/index.ts'
import { mix } from '../../plan/mix.ts'
import { expectConservation } from './conservation.conformance.ts'
import { runLoad } from '../index.ts'

const KINDS: readonly ConnectionKind[] = ['pooled', 'long-lived', 'short-lived']
const SIZES = ['small', 'medium', 'mixed'] as const satisfies readonly MessageSize[]
const FORMATS = ['text', 'binary'] as const
/** Every pair of a kind, a size and a format: the formats alternate over the kinds and the sizes. */
const CELLS = KINDS.flatMap((connection, kind) =>
  SIZES.map((messageSize, size) => ({
    connection,
    messageSize,
    messageFormat: FORMATS[(kind + size) % FORMATS.length] ?? 'text',
  })),
)
/** For each protocol in each cell. */
const CONNECTIONS = 4

/** Every protocol with its embedded target in a separate process, all doing the same work. */
let targets: readonly MixEntry[] = []
let fixtures: readonly Fixture<'work'>[] = []
const rows: string[] = []

beforeAll(async () => {
  const framing = { length: 4 } as const
  fixtures = await Promise.all([
    startFixture('work', { protocol: 'http' }),
    startFixture('work', { protocol: 'websocket' }),
    startFixture('work', { protocol: 'tcp', framing }),
    startFixture('work', { protocol: 'mcp' }),
    startFixture('work', { protocol: 'mcp', transport: 'tcp' }),
    startFixture('work', { protocol: 'mcp', transport: 'websocket' }),
  ])
  const names = ['http', 'websocket', 'tcp', 'mcp http', 'mcp tcp', 'mcp ws']
  const byUrl = fixtures.map(({ url }, index) => Object.assign({ name: names[index] ?? '', target: url }, own(url)))
  // Each connection starts a process, so short-lived ones would measure how fast Node starts.
  targets = [...byUrl, { name: 'mcp stdio', target: stdioTarget(), maxConnections: 1 }]

  function own(url: string): Partial<MixEntry> {
    return url.startsWith('tcp:') ? { protocol: tcp({ framing }) } : {}
  }
})

afterAll(async () => {
  await Promise.all(fixtures.map((fixture) => fixture.stop()))
  process.stdout.write(`${[HEAD, ...rows].join('\n')}\n`)
})

const HEAD = row('protocol', 'connection', 'size', 'format', 'requests', 'errors', 'dropped', 'p50 ms', 'p99 ms')

function row(protocol: string, ...cells: readonly string[]): string {
  return protocol.padEnd(12) + cells.map((cell, index) => (index < 3 ? cell.padEnd(12) : cell.padStart(9))).join('')
}

function figuresOf(operations: Readonly<Record<string, JudgedFigures>>, name: string): readonly JudgedFigures[] {
  return ['read', 'write'].map((work) => operations[`${name} ${work}`]).filter((figures) => figures !== undefined)
}

describe.each(CELLS)('$connection connections, $messageSize messages of $messageFormat', (cell) => {
  test('work over every protocol, with every request accounted for', async () => {
    // Over stdio, a short-lived connection is a process for each request.
    const lanes = cell.connection === 'short-lived' ? targets.slice(0, -1) : targets
    const workload = mix(lanes.map((lane) => ({ maxConnections: CONNECTIONS, ...lane, workload: 'balanced' }) as const))
    const result = await runLoad({ ...cell, rate: 40 * lanes.length, duration: '500ms', workload, seed: 'cafe' })
    expectConservation(result)
    expect(result.requestsScheduled).toBe(20 * lanes.length)
    expect(result.errorsByClass).toEqual({})
    expect(result.dropped).toBe(0)
    for (const { name = '' } of lanes) {
      const parts = figuresOf(result.operations, name)
      const total = (key: 'requestsScheduled' | 'errors' | 'dropped') =>
        parts.reduce((sum, figures) => sum + figures[key], 0)
      expect(total('requestsScheduled')).toBeGreaterThan(0)
      const slowest = (key: 'p50Ms' | 'p99Ms') =>
        Math.max(...parts.map(({ responseTime }) => (key in responseTime ? Number(Reflect.get(responseTime, key)) : 0)))
      rows.push(
        row(
          name,
          cell.connection,
          cell.messageSize,
          cell.messageFormat,
          ...[total('requestsScheduled'), total('errors'), total('dropped')].map(String),
          ...[slowest('p50Ms'), slowest('p99Ms')].map((ms) => ms.toFixed(1)),
        ),
      )
    }
  })
})
