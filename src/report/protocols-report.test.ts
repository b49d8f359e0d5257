import { expect, test } from 'vitest'
import type { ProtocolsFindings, RankedProtocol } from '../model/protocols-findings.ts'
import { protocolsReport } from './protocols-report.ts'
import { levelLines, protocolLines, protocolsSentence } from './protocols-sentences.ts'
import { environment, recordOf, resultOf } from './run-record.builder.ts'
import { runRecords } from './run-records.ts'
import { trialReason } from '../wording/trial-reasons.ts'

function ranked(protocol: string, judged: Pick<RankedProtocol, 'verdict' | 'leaning' | 'reasons'>): RankedProtocol {
  return {
    protocol,
    ...judged,
    throughputRps: 1_000,
    clients: 16,
    maxRps: 500,
    maxIsBound: false,
    p50Ms: 1,
    p95Ms: 2,
    p99Ms: 3,
    successRate: 1,
    reconnectMs: null,
    lost: 0,
    cpuUsPerRequest: 12.5,
    why: 'held 500 req/s over 16 connections',
  }
}

const findings: ProtocolsFindings = {
  slo: { p99Ms: 250, errorRate: 0.01 },
  rate: 100,
  clients: 16,
  ranking: [
    ranked('tcp', { verdict: 'pass' }),
    ranked('http', {
      verdict: 'inconclusive',
      leaning: 'pass',
      reasons: [trialReason({ code: 'p99-not-proven', lateRequests: 0, requests: 100 })],
    }),
    ranked('mcp', {
      verdict: 'inconclusive',
      leaning: 'fail',
      reasons: [trialReason({ code: 'p99-not-proven', lateRequests: 2, requests: 100 })],
    }),
    ranked('websocket', { verdict: 'fail', reasons: [trialReason({ code: 'failed-requests', failedShare: 0.02 })] }),
  ],
  bestFor: { lowLatency: 'tcp', throughput: 'tcp', reliability: 'tcp', streaming: 'tcp', rpc: 'http' },
  skipped: [],
}

test('names the side that an inconclusive protocol leans to, and what would decide', () => {
  const more = 'a longer phase on a quiet machine would decide (phaseMs, LOAD_DURATION)'
  const lines = [
    `http at 100 req/s: inconclusive, leans to pass; 0 late requests of 100 do not prove a p99; ${more}`,
    `mcp at 100 req/s: inconclusive, leans to fail; 2 late requests of 100 do not prove a p99; ${more}`,
    'websocket at 100 req/s: fail; 2% of the requests failed',
  ]
  expect(levelLines(findings)).toEqual(lines)
  expect(protocolLines(findings)).toEqual(expect.arrayContaining(lines))
})

test('shows the leaning in the table of the report', () => {
  const record = recordOf({ results: [resultOf()], suite: 'protocols', findings })
  const [run] = runRecords([{ test: 'protocols', record }], environment)
  const text = (run && protocolsReport.render([run])) ?? ''
  for (const row of ['tcp +pass', 'http +leans to pass', 'mcp +leans to fail', 'websocket +fail']) {
    expect(text).toMatch(new RegExp(`[1-4]\\. ${row} +500`, 'u'))
  }
  expect(text.replace(/\s+/g, ' ')).toContain('mcp at 100 req/s: inconclusive, leans to fail;')
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
})

test('shows equal ranks, ties and intervals', () => {
  const pass = { verdict: 'pass' } as const
  const intervals = {
    throughputRps: [900, 1_100],
    maxRps: [450, 550],
    p50Ms: [0.9, 1.1],
    p95Ms: null,
    p99Ms: [2, null],
    lostShare: [0, 0.01],
    reconnectMs: null,
  } as const
  const tied: ProtocolsFindings = {
    ...findings,
    ranking: [
      { ...ranked('tcp', pass), rank: 1, intervals },
      { ...ranked('http', pass), rank: 2 },
      { ...ranked('mcp', pass), rank: 2 },
    ],
    bestFor: { ...findings.bestFor, lowLatency: null, rpc: null },
    ties: { lowLatency: ['http', 'tcp'], throughput: [], reliability: [], streaming: [], rpc: ['http', 'mcp'] },
    differences: [
      { better: 'tcp', worse: 'http', by: 'rate', values: [500, 300] },
      { better: 'tcp', worse: 'http', by: 'p50', values: [0.5, 1] },
      { better: 'tcp', worse: 'mcp', by: 'reconnect', values: [12, null] },
      { better: 'http', worse: 'mcp', by: 'p95', work: 'medium read', values: [1, 2] },
    ],
    rounds: 12,
    works: [{ protocol: 'http', work: 'medium read', requests: 40, p50Ms: 1, p95Ms: 2, p99Ms: null }],
  }
  expect(protocolsSentence(tied)).toBe('Best: tcp, then http and mcp (no difference shown).')
  const record = recordOf({ results: [resultOf()], suite: 'protocols', findings: tied })
  const [run] = runRecords([{ test: 'protocols', record }], environment)
  const text = (run && protocolsReport.render([run])) ?? ''
  const lines = text.split('\n').map((line) => line.replace(/\s+/g, ' ').trim())
  expect(lines).toEqual(
    expect.arrayContaining([
      'tcp 450–550 900–1 100 0.900–1.10 ≥ 2.00 0%–1% –',
      'tcp was better than http: rate 500 against 300 req/s, p50 0.500 against 1.00 ms',
      'tcp was better than mcp: time to reconnect 12.0 ms against none',
      'http was better than mcp for medium read: p95 1.00 against 2.00 ms',
      'best for low latency: no difference shown between http and tcp',
      'best for high throughput: tcp',
      'medium read http 40 1.00 2.00 –',
    ]),
  )
  expect(text).toMatch(/^2\. mcp +pass +500/mu)
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
})

test('shows no intervals where the rounds are too few for any', () => {
  const none = {
    throughputRps: null,
    maxRps: null,
    p50Ms: null,
    p95Ms: null,
    p99Ms: null,
    lostShare: null,
    reconnectMs: null,
  }
  const short = { ...findings, ranking: [{ ...ranked('tcp', { verdict: 'pass' }), intervals: none }] }
  const [run] = runRecords(
    [{ test: 'protocols', record: recordOf({ results: [resultOf()], suite: 'protocols', findings: short }) }],
    environment,
  )
  const text = (run && protocolsReport.render([run])) ?? ''
  expect(text).toContain('1. tcp')
  expect(text).not.toContain('95% intervals')
})

test('names no order where only some protocols of a rank differ', () => {
  const pass = { verdict: 'pass' } as const
  const ranking = ['http', 'mcp', 'tcp'].map((name) => Object.assign({ rank: 1 }, ranked(name, pass)))
  const differences = [{ better: 'tcp', worse: 'mcp', by: 'rate', values: [2, 1] }] as const
  expect(protocolsSentence({ ...findings, ranking, differences })).toBe('No order shown between http, mcp and tcp.')
  expect(protocolsSentence({ ...findings, ranking })).toBe('No difference shown between http, mcp and tcp.')
  expect(protocolsSentence(findings)).toBe('Best: tcp, then http, then mcp, then websocket.')
})
