import { describe, expect, test } from 'vitest'
import { protocolDifferences, type ProtocolSeries } from './protocol-differences.ts'
import { type Disturbance, type SimulatedProtocol, simulatedSeries } from './protocol-series.builder.ts'

const ROUNDS = 12
const each = (value: (round: number) => number): number[] => Array.from({ length: ROUNDS }, (_, round) => value(round))
const NONE: ProtocolSeries['latency'] = { work: 'all', p50Ms: [], p95Ms: [], p99Ms: [] }

function series(protocol: string, rest: Partial<ProtocolSeries>): ProtocolSeries {
  return {
    protocol,
    throughputRps: each(() => 1_000),
    heldShare: [0.5, 0.5],
    latency: NONE,
    works: [],
    lost: [],
    reconnectMs: [],
    ...rest,
  }
}

function claims(a: Partial<ProtocolSeries>, b: Partial<ProtocolSeries>): readonly string[] {
  return protocolDifferences([series('a', a), series('b', b)]).map(
    ({ better, worse, by, work, values }) => `${better} > ${worse} by ${by} ${work ?? ''}${values.join(' ')}`,
  )
}

describe('a difference is claimed', () => {
  const faster = { throughputRps: each((round) => 1_200 + 50 * round) }
  const slower = { throughputRps: each((round) => 1_000 + 40 * round) }

  test('if every round shows it', () => {
    expect(claims(faster, slower)).toEqual(['a > b by rate 737.5 610'])
    expect(claims(slower, faster)).toEqual(['b > a by rate 737.5 610'])
  })

  test('not if it is less than a tenth, however often', () => {
    expect(claims({ throughputRps: each(() => 1_090) }, {})).toEqual([])
  })

  test('not if half of the rounds show the contrary', () => {
    const changing = { throughputRps: each((round) => (round % 2 === 0 ? 2_000 : 500)) }
    expect(claims(changing, {})).toEqual([])
  })

  test('not if the slower protocol may have held a higher share', () => {
    expect(claims({ heldShare: [0.5, 0.5] }, { heldShare: [0.25, 0.5] })).toEqual([])
    expect(claims({ heldShare: [0.5, 0.5] }, { heldShare: [0.25, 0.25] })).toEqual(['a > b by rate 500 250'])
    expect(claims({ heldShare: [0.06, 0.06] }, { heldShare: [0, 0.06] })).toEqual([])
  })

  test('with three rounds only if there is a percentile to prove it', () => {
    const few = { throughputRps: [3_000, 3_000, 3_000] }
    expect(claims(few, { throughputRps: [1_000, 1_000, 1_000] })).toEqual([])
  })

  test('by percentiles of all work and of each kind', () => {
    const at = (ms: number, work: string): ProtocolSeries['latency'] => ({
      work,
      p50Ms: each(() => ms),
      p95Ms: each(() => 5),
      p99Ms: each((round) => (round === 3 ? Number.POSITIVE_INFINITY : 9)),
    })
    const fast = { latency: at(1, 'all'), works: [at(1, 'read')] }
    expect(claims(fast, { latency: at(2, 'all'), works: [at(2, 'read'), at(9, 'stream')] })).toEqual([
      'a > b by p50 1 2',
      'a > b by p50 read1 2',
    ])
  })

  test('by losses and reconnects, also if the worse one never returns', () => {
    const good = { lost: each(() => 0), reconnectMs: each(() => 12) }
    const bad = { lost: each((round) => 1 + (round % 3)), reconnectMs: each(() => Number.POSITIVE_INFINITY) }
    expect(claims(good, bad)).toEqual(['a > b by lost 0 24', 'a > b by reconnect 12 '])
    expect(claims({ ...good, lost: each((round) => round % 2) }, { ...good, lost: each(() => 1) })).toEqual([])
  })

  test('not with a protocol that has no connection to cut', () => {
    expect(claims({ lost: each(() => 5), reconnectMs: each(() => 50) }, {})).toEqual([])
  })
})

describe('in simulated comparisons', () => {
  const noise: Disturbance = { name: 'busy', common: 0.4, own: 0.15, lasting: 0.02, stalls: 0.05, drift: -0.5 }
  const RUNS = 60
  const runs = (protocols: readonly SimulatedProtocol[]): readonly ReturnType<typeof protocolDifferences>[] =>
    Array.from({ length: RUNS }, (_, run) => protocolDifferences(simulatedSeries(protocols, noise, run)))

  test('almost none claims a difference between equal protocols', () => {
    // At a risk of 5%, 8 of 60 have a probability below 2%; docs/calibration/protocol-ranking.md has larger numbers.
    expect(runs([{}, {}, {}]).filter(({ length }) => length > 0).length).toBeLessThan(8)
  })

  test('most find a protocol with half the rate and twice the response times', () => {
    const found = runs([{}, { rate: 0.4, latency: 2.5 }]).filter(
      (differences) =>
        differences.some(({ by, worse }) => by === 'rate' && worse === 'protocol 2') &&
        differences.some(({ by, worse }) => by === 'p50' && worse === 'protocol 2'),
    )
    expect(found.length).toBeGreaterThan(RUNS / 2)
  })
})
