import { expect, test } from 'vitest'
import type { Resources } from '../../measure/monitor/index.ts'
import type { PoolCounts } from '../../traffic/connections/pool-options.ts'
import { generatorDoubts } from './generator-doubts.ts'
import type { GeneratorState } from '../generator/messages.ts'

const resources: Resources = {
  descriptors: { limit: 64, open: 30 },
  ports: { count: 28_232, heldMs: { local: 1_000, remote: 60_000 } },
  availableBytes: 2 ** 30,
  cores: 2,
}
const NONE = { count: 0, ms: 0 }

function stateOf(change: Partial<GeneratorState>, failedByClass: PoolCounts['failedByClass'] = {}): GeneratorState {
  const pool = {
    size: 10,
    opened: 5,
    closed: 0,
    reconnects: 0,
    resent: 0,
    failed: 9,
    peakInUse: 5,
    fullMs: 0,
    failedByClass,
  }
  return {
    coldBecause: null,
    protocolVersion: null,
    pools: [pool],
    cpuMs: 100,
    warmUp: {},
    messages: 0,
    unsolicited: { messages: 0, ambiguous: 0 },
    strayLines: 0,
    eventLoopUtilization: 0.3,
    pauses: { suspended: NONE, blocked: NONE, starved: NONE },
    runDelayRatio: 0,
    ...change,
  }
}

test('raises no doubt about threads that ran on time and whose connections the target refused', () => {
  expect(generatorDoubts([stateOf({}, { connect: 9 })], resources)).toEqual([])
  expect(generatorDoubts([], resources)).toEqual([])
})

test('adds up connections that failed for lack of descriptors and ports over all threads', () => {
  const states = [
    stateOf({}, { 'local-files': 3, connect: 6 }),
    stateOf({}, { 'local-files': 4 }),
    stateOf({}, { 'local-ports': 2 }),
  ]
  expect(generatorDoubts(states, resources)).toMatchObject([
    { code: 'descriptors-exhausted', failedConnections: 7, limit: 64 },
    { code: 'ports-exhausted', failedConnections: 2, ports: 28_232 },
  ])
  expect(generatorDoubts(states, { ...resources, descriptors: null, ports: null })).toMatchObject([
    { limit: null },
    { ports: null },
  ])
})

test('reports the pauses of the thread that paused longest', () => {
  const paused = (ms: number): GeneratorState =>
    stateOf({ pauses: { suspended: { count: 1, ms }, blocked: NONE, starved: { count: 2, ms: 10 * ms } } })
  expect(generatorDoubts([paused(1_990), paused(2_010), stateOf({})], resources)).toMatchObject([
    { code: 'generator-suspended', count: 1, suspendedMs: 2_010 },
    { code: 'generator-starved', count: 2, starvedMs: 20_100 },
  ])
  const blocked = stateOf({ pauses: { suspended: NONE, blocked: { count: 3, ms: 900 }, starved: NONE } })
  expect(generatorDoubts([blocked], resources)).toMatchObject([{ code: 'generator-blocked', count: 3, blockedMs: 900 }])
})

test('raises a doubt about a busy thread', () => {
  const states = [stateOf({}), stateOf({ eventLoopUtilization: 0.97 })]
  expect(generatorDoubts(states, resources)).toMatchObject([{ code: 'generator-busy', busyRatio: 0.97 }])
})

test('adds up lines on standard output that are not messages over threads', () => {
  const states = [2, 0, 3].map((strayLines) => stateOf({ strayLines }))
  expect(generatorDoubts(states, resources)).toMatchObject([
    { code: 'stray-output', lines: 5, message: expect.stringContaining('logs belong on stderr') },
  ])
})

test('adds up ambiguous unsolicited messages over threads, and raises no doubt about identified ones', () => {
  const states = [2, 3, 0].map((ambiguous) => stateOf({ unsolicited: { messages: 40, ambiguous } }))
  expect(generatorDoubts(states, resources)).toMatchObject([{ code: 'unsolicited-messages', count: 5 }])
  expect(generatorDoubts(states.slice(2), resources)).toEqual([])
})
