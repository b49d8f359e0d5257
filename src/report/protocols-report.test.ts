import { expect, test } from 'vitest'
import type { ProtocolsFindings, RankedProtocol } from '../model/protocols-findings.ts'
import { protocolsReport } from './protocols-report.ts'
import { levelLines, protocolLines } from './protocols-sentences.ts'
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
