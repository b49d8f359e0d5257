import { describe, expect, test } from 'vitest'
import { bestFor, type MeasuredProtocol, rankProtocols } from './protocol-ranking.ts'

function measured(protocol: string, rest: Partial<MeasuredProtocol>): MeasuredProtocol {
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

function order(...all: readonly MeasuredProtocol[]): readonly string[] {
  return rankProtocols(all).map(({ protocol }) => protocol)
}

describe('protocols that did the same work', () => {
  test('are ranked by the rates that they held', () => {
    const mcp = measured('mcp', { maxRps: 400 })
    const http = measured('http', { maxRps: 900, p99Ms: 9 })
    const tcp = measured('tcp', { maxRps: 2_000 })
    expect(order(mcp, http, tcp)).toEqual(['tcp', 'http', 'mcp'])
    expect(rankProtocols([mcp, tcp])[1]?.why).toContain('behind tcp by rate')
  })

  test('tie within a tenth, and the faster one is then ahead', () => {
    const http = measured('http', { maxRps: 1_000, p99Ms: 5 })
    const tcp = measured('tcp', { maxRps: 950, p99Ms: 2 })
    expect(order(http, tcp)).toEqual(['tcp', 'http'])
    expect(rankProtocols([http, tcp])[1]?.why).toContain('tied with tcp by rate, behind it by p99 (5.00 and 2.00 ms)')
  })

  test('have a note when the generator reached its limit first', () => {
    const [best] = rankProtocols([measured('http', { maxRps: 9_000, maxIsBound: true })])
    expect(best?.why).toContain(
      'held 9 000 req/s over 16 connections, possibly more: the generator reached its limit first',
    )
  })

  test('have no recommendation when there is only one', () => {
    expect(Object.values(bestFor(rankProtocols([measured('http', {})])))).toEqual([null, null, null, null, null])
  })

  test('are recommended for their strengths, unless they failed the service level', () => {
    const ranking = rankProtocols([
      measured('tcp', { maxRps: 5_000, p99Ms: 1, lost: 9 }),
      measured('http', { maxRps: 3_000, p99Ms: 2 }),
      measured('mcp', { maxRps: 1_000, p99Ms: 0.5, verdict: 'fail' }),
    ])
    expect(bestFor(ranking)).toEqual({
      lowLatency: 'tcp',
      throughput: 'tcp',
      reliability: 'http',
      streaming: 'tcp',
      rpc: 'http',
    })
    expect(bestFor([])).toEqual({ lowLatency: null, throughput: null, reliability: null, streaming: null, rpc: null })
  })

  test('are not recommended when they lean to a fail at the common rate', () => {
    const http = measured('http', { p99Ms: 9 })
    const mcp = measured('mcp', { p99Ms: 2, verdict: 'inconclusive' })
    expect(bestFor(rankProtocols([http, { ...mcp, leaning: 'pass' }])).lowLatency).toBe('mcp')
    expect(bestFor(rankProtocols([http, { ...mcp, leaning: 'fail' }])).lowLatency).toBe('http')
  })
})
