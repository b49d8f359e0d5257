import { describe, expect, test } from 'vitest'

import { evenBatches, resultOf } from '../../judge/result.builder.ts'
import { unknownSentence } from '../../wording/unknown-values.ts'
import { type ProtocolEvidence, unknownValuesOf } from './unknown-values.ts'

const KNOWN = {
  protocol: 'http',
  verdict: 'pass',
  throughputRps: 900,
  clients: 16,
  maxRps: 450,
  maxIsBound: false,
  p50Ms: 2,
  p95Ms: 3,
  p99Ms: 4,
  successRate: 1,
  reconnectMs: 12,
  lost: 0,
  cpuUsPerRequest: 130,
} as const

type Nullable = 'maxRps' | 'p99Ms' | 'reconnectMs' | 'cpuUsPerRequest'

function reasons(values: Partial<Record<Nullable, null>>, evidence: Partial<ProtocolEvidence>): string[] {
  const { target, ...watched } = resultOf({ batches: evenBatches(8, 10, () => 10) })
  const { unwatched: _, ...local } = target
  return unknownValuesOf(
    { ...KNOWN, ...values },
    { lowest: undefined, loaded: { ...watched, target: local }, phaseMs: 2_000, cutSteps: 4, ...evidence },
  ).map(unknownSentence)
}

describe('the reasons for unknown values of a protocol', () => {
  test('are none where everything is known', () => {
    expect(reasons({}, {})).toEqual([])
  })

  test('name the duration that shows a p99 at the lowest rate', () => {
    const undecided = { timed: 204, late: 0 }
    const lowest = {
      rate: 60,
      verdict: 'inconclusive',
      trialReason: { code: 'p99-not-proven', lateRequests: 0, requests: 204 },
      undecided,
    } as const
    // 299 requests at 60 req/s take 5 s, which is half of a phase.
    expect(reasons({ maxRps: null }, { lowest })).toEqual([
      'held: unknown, because no tested rate was shown to meet the service level; the lowest was 60 req/s: ' +
        '0 late requests of 204 do not prove a p99; use at least -d 10',
    ])
  })

  test('state the evidence against the lowest rate, without a duration, if a longer run does not help', () => {
    const lowest = {
      rate: 60,
      verdict: 'fail',
      trialReason: { code: 'failed-requests', failedShare: 0.12 },
    } as const
    expect(reasons({ maxRps: null }, { lowest })).toEqual([
      'held: unknown, because no tested rate was shown to meet the service level; the lowest was 60 req/s: 12% of the requests failed',
    ])
  })

  test('name the duration of a phase in which the monitor takes a sample and a cut connection returns', () => {
    expect(reasons({ cpuUsPerRequest: null, reconnectMs: null }, {})).toEqual([
      'back: unknown, because no request succeeded within 500 ms after a connection was closed; if the target accepts new connections, use at least -d 8',
      'CPU: unknown, because a phase of 2 s is too short; use at least -d 4',
    ])
    expect(reasons({ reconnectMs: null }, { cutSteps: undefined })).toEqual([
      'back: unknown, because an MCP server over pipes has no connection to close',
    ])
  })

  test('name the target if it was not monitored, used little CPU or did not respond', () => {
    const loaded = resultOf({ batches: evenBatches(8, 10, () => 10) })
    expect(reasons({ cpuUsPerRequest: null }, { loaded })).toEqual([
      'CPU: unknown, because the target was not monitored (monitor is off)',
    ])
    const samples = [
      {
        atMs: 1_000,
        cpuPercent: 0,
        busiestProcessCpuPercent: 0,
        rssMb: 1,
        openSockets: 1,
        bytesIn: null,
        bytesOut: null,
      },
    ]
    const idle = { ...loaded, target: { url: 'http://127.0.0.1:1/', pids: [1], samples } }
    expect(reasons({ cpuUsPerRequest: null }, { loaded: idle })).toEqual([
      'CPU: unknown, because the target used too little CPU time to measure it',
    ])
    expect(reasons({ p99Ms: null }, {})).toEqual(['p50, p99: unknown, because the target responded to no request'])
  })
})
