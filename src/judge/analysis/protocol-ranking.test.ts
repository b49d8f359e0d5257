import { describe, expect, test } from 'vitest'
import type { ProtocolDifference } from '../../model/protocols-findings.ts'
import { type MeasuredProtocol, rankProtocols, recommend } from './protocol-ranking.ts'

function measured(protocol: string, rest: Partial<MeasuredProtocol> = {}): MeasuredProtocol {
  return {
    protocol,
    verdict: 'pass',
    throughputRps: 1_000,
    clients: 16,
    maxRps: 1_000,
    maxIsBound: false,
    p50Ms: 1,
    p95Ms: 2,
    p99Ms: 3,
    successRate: 1,
    reconnectMs: 50,
    lost: 0,
    cpuUsPerRequest: 80,
    ...rest,
  }
}

/** Example: `shown('tcp > http, mcp by rate')`. */
function shown(...claims: readonly string[]): readonly ProtocolDifference[] {
  return claims.flatMap((claim) => {
    const [better = '', worse = '', by = ''] = claim.split(/ > | by /)
    const [figure, work] = by.split(' of ')
    const common = { better, by: figure as ProtocolDifference['by'], values: [1, 2], ...(work && { work }) } as const
    return worse.split(', ').map((each) => Object.assign({ worse: each }, common))
  })
}

function ranks(names: string, ...claims: readonly string[]): string {
  const all = names.split(' ').map((name) => measured(name))
  return rankProtocols(all, shown(...claims))
    .map(({ rank, protocol }) => `${rank} ${protocol}`)
    .join(', ')
}

describe('protocols that did the same work', () => {
  test.each([
    ['have the same rank, in their own order, if nothing was shown', [], '1 http, 1 mcp, 1 tcp'],
    [
      'are ranked by the rates that they held',
      ['tcp > http, mcp by rate', 'http > mcp by rate'],
      '1 tcp, 2 http, 3 mcp',
    ],
    ['are ranked by response time where no rate differs', ['mcp > http, tcp by p95'], '1 mcp, 2 http, 2 tcp'],
    [
      'are ranked by rate if the response times say the contrary',
      ['tcp > http, mcp by rate', 'http > tcp by p50'],
      '1 tcp, 2 http, 2 mcp',
    ],
    [
      'have the same rank if their percentiles contradict each other',
      ['tcp > http by p50', 'http > tcp by p99'],
      '1 http, 1 mcp, 1 tcp',
    ],
    ['have the same rank if neither differs from a third', ['tcp > mcp by rate'], '1 http, 1 mcp, 1 tcp'],
    [
      'have the same rank if they beat each other in a circle',
      ['tcp > http by rate', 'http > mcp by rate', 'mcp > tcp by p50'],
      '1 http, 1 mcp, 1 tcp',
    ],
    ['are not ranked by a single kind of work', ['tcp > http, mcp by p50 of small read'], '1 http, 1 mcp, 1 tcp'],
  ])('%s', (_, claims, expected) => {
    expect(ranks('http mcp tcp', ...claims)).toBe(expected)
  })

  test('have the reasons for their places', () => {
    const all = [
      measured('http'),
      measured('mcp', { lost: 2, cpuUsPerRequest: null }),
      measured('tcp', { maxRps: null }),
    ]
    const differences = shown('http > mcp by rate', 'http > tcp by p50')
    expect(rankProtocols(all, differences).map(({ why }) => why)).toEqual([
      "held 1 000 req/s over 16 connections; ahead of mcp by rate and tcp by response time; 80 µs of the target's CPU per request",
      'held 1 000 req/s over 16 connections; behind http by rate; no difference shown to tcp; 2 requests lost when connections were closed',
      "no tested rate was shown to meet the service level; behind http by response time; no difference shown to mcp; 80 µs of the target's CPU per request",
    ])
  })

  test('have a note when the generator reached its limit first', () => {
    const [best] = rankProtocols([measured('http', { maxRps: 9_000, maxIsBound: true })], [])
    expect(best?.why).toContain(
      'held 9 000 req/s over 16 connections, possibly more: the generator reached its limit first',
    )
  })
})

describe('the recommendations', () => {
  function advice(all: readonly MeasuredProtocol[], ...claims: readonly string[]): ReturnType<typeof recommend> {
    const differences = shown(...claims)
    return recommend(rankProtocols(all, differences), differences)
  }
  const four = ['http', 'mcp', 'tcp', 'websocket'].map((name) => measured(name))

  test('are missing when there is only one protocol', () => {
    const { bestFor, ties } = advice([measured('http')])
    expect(Object.values(bestFor)).toEqual([null, null, null, null, null])
    expect(Object.values(ties).flat()).toEqual([])
  })

  test('list ties where no difference was shown', () => {
    const { bestFor, ties } = advice(four)
    expect(bestFor).toEqual({ lowLatency: null, throughput: null, reliability: null, streaming: null, rpc: null })
    expect(ties).toEqual({
      lowLatency: ['http', 'mcp', 'tcp', 'websocket'],
      throughput: ['http', 'mcp', 'tcp', 'websocket'],
      reliability: ['http', 'mcp', 'tcp', 'websocket'],
      streaming: ['tcp', 'websocket'],
      rpc: ['http', 'mcp'],
    })
  })

  test('name the protocol that was shown to be better than every other candidate', () => {
    const { bestFor, ties } = advice(
      four,
      'tcp > http, mcp, websocket by rate',
      'http > mcp by p95',
      'mcp > http, tcp, websocket by lost',
      'websocket > tcp by p50 of stream',
    )
    expect(bestFor).toEqual({
      lowLatency: null,
      throughput: 'tcp',
      reliability: 'mcp',
      streaming: 'websocket',
      rpc: 'http',
    })
    expect(ties).toMatchObject({ lowLatency: ['tcp', 'http', 'websocket'], throughput: [], rpc: [] })
  })

  test('tie if the only unbeaten candidate was not shown to beat another one', () => {
    const { bestFor, ties } = advice(four.slice(0, 3), 'http > mcp by rate', 'mcp > tcp by rate')
    expect(bestFor.throughput).toBeNull()
    expect(ties.throughput).toEqual(['http', 'tcp'])
  })

  test('exclude protocols that fail the service level or lean to a fail', () => {
    const [http, mcp] = [measured('http'), measured('mcp')]
    const lowLatency = (changed: Partial<MeasuredProtocol>): string | null =>
      advice([http, { ...mcp, ...changed }], 'mcp > http by p50').bestFor.lowLatency
    expect(lowLatency({ verdict: 'inconclusive', leaning: 'pass' })).toBe('mcp')
    expect(lowLatency({ verdict: 'inconclusive', leaning: 'fail' })).toBe('http')
    expect(lowLatency({ verdict: 'fail' })).toBe('http')
  })
})
