import { expect, test } from 'vitest'
import type { WrittenPlan } from '../../../plan/load-plan.ts'
import { constant, curveFrom } from '../../../traffic/patterns/index.ts'
import type { SuiteTargets } from '../../suite-targets.ts'
import { scenarios } from './index.ts'

const targets: SuiteTargets = {
  http: 'http://127.0.0.1:3000',
  websocket: 'ws://127.0.0.1:3000',
  tcp: 'tcp://127.0.0.1:3000',
  mcp: 'mcp+http://127.0.0.1:3000/mcp',
}

/** Shape, duration, mean rate and peak rate, then the keys that a scenario sets. */
const PARAMETERS: Readonly<Record<string, readonly [string, number, number, number, WrittenPlan]>> = {
  'API baseline': [
    'constant',
    30_000,
    20,
    20,
    { target: targets.http, messageSize: 'small', workload: 'balanced', tracing: 'all' } as WrittenPlan,
  ],
  // A quarter of the time at ten times the rate.
  Burst: [
    'burst',
    60_000,
    97.5,
    300,
    { target: targets.http, messageSize: 'medium', workload: 'read-heavy', connection: 'pooled' } as WrittenPlan,
  ],
  Mobile: [
    'random-walk',
    60_000,
    40,
    80,
    { target: targets.http, messageSize: 'small', workload: 'read-heavy', connection: 'short-lived' } as WrittenPlan,
  ],
  'Peak hours': ['sine-wave', 180_000, 80, 144, { target: targets.http, messageSize: 'mixed' } as WrittenPlan],
  'WebSocket streaming': [
    'constant',
    60_000,
    50,
    50,
    { target: targets.websocket, messageSize: 'medium', workload: 'stream', connection: 'long-lived' } as WrittenPlan,
  ],
  MCP: [
    'ramp-up',
    45_000,
    25,
    50,
    { target: targets.mcp, protocol: 'mcp', messageSize: 'medium', connection: 'pooled' } as WrittenPlan,
  ],
  Mixed: ['constant', 60_000, 60, 60, {}],
}

test('every scenario is here', () => {
  expect(scenarios.map(({ name }) => name).toSorted()).toEqual(Object.keys(PARAMETERS).toSorted())
})

test.each(Object.entries(PARAMETERS))(
  '%s has its rate, duration, messages, workload, connections and tracing',
  (wanted, [shape, durationMs, meanRps, peakRps, keys]) => {
    const scenario = scenarios.find(({ name }) => name === wanted)
    if (scenario === undefined) return expect.unreachable()
    const plan = scenario.plan({ rate: scenario.rate, durationMs: scenario.durationMs, share: 1 }, targets)
    expect(plan).toMatchObject(keys)
    const { pattern = constant({ rate: scenario.rate }) } = plan
    if (typeof pattern === 'string') throw new TypeError('a built-in scenario builds its pattern')
    const curve = curveFrom(pattern, { durationMs: scenario.durationMs, seed: 'a' })
    expect([curve.name, curve.durationMs]).toEqual([shape, durationMs])
    expect(curve.meanRps).toBeCloseTo(meanRps, 6)
    // A random walk reaches its maximum by chance.
    if (shape === 'random-walk') expect(curve.peakRps).toBeLessThanOrEqual(peakRps * 1.000_001)
    else expect(curve.peakRps).toBeCloseTo(peakRps, 6)
  },
)

test('the mixed scenario loads all protocols at once, with equal weights', () => {
  const mixed = scenarios.find(({ name }) => name === 'Mixed')
  expect(mixed?.needs).toEqual(['http', 'websocket', 'tcp', 'mcp'])
  const plan = mixed?.plan({ rate: mixed.rate, durationMs: mixed.durationMs, share: 1 }, targets)
  expect(plan?.workload).toMatchObject({ entries: mixed?.needs.map((name) => ({ name, target: targets[name] })) })
})
