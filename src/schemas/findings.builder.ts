/** Test support: findings of every suite, and records that contain them. */
import { stressJudgement } from '../judge/analysis/mcp-health.ts'
import { fitUsl } from '../judge/analysis/usl.ts'
import { evenBatches, resultOf } from '../judge/result.builder.ts'
import type { RunRecord } from '../model/record.ts'
import type { LoadResult } from '../model/result.ts'
import type { SuiteFindings } from '../report/findings-of.ts'
import { limitNote } from '../wording/limit-notes.ts'
import { bottleneckEvidence } from '../wording/bottleneck.ts'
import { sizingReason } from '../wording/sizing.ts'

/** Results with known latencies, also for tests of reports, which may not import `judge`. */
export { comparedRun, judgedRun, pairsWith } from '../judge/comparison/comparison.builder.ts'
export { eachWith, evenBatches, resultOf } from '../judge/result.builder.ts'

/** A run with the phases of the mcp-stress suite. */
export const made: LoadResult = resultOf({
  batches: evenBatches(48, 20, (i) => 5 + (i % 7)),
  phases: {
    'warm-up': [0, 8],
    baseline: [8, 16],
    moderate: [16, 24],
    high: [24, 32],
    stress: [32, 40],
    recovery: [40, 48],
  },
})
const usl = fitUsl(
  [1, 2, 4, 8, 16, 32].map((clients) => ({ clients, rps: (100 * clients) / (1 + 0.1 * (clients - 1)) })),
)
const verdict = 'pass' as const

export const findings: SuiteFindings & { readonly load: null } = {
  load: null,
  limits: {
    slo: { p99Ms: 250, errorRate: 0.01 },
    maxSustainableRps: null,
    interval: [390, null],
    confirmed: true,
    recommendedRps: null,
    stableRps: 200,
    degradationPointRps: null,
    failurePointRps: null,
    kneeRps: null,
    degradation: 'none-seen',
    bottleneck: { resource: null, evidence: [bottleneckEvidence({ code: 'nothing-full' })] },
    recovery: { recovered: null, recoverMs: null },
    trials: [],
    saturation: null,
    ended: 'generator',
    notes: [limitNote({ code: 'trials-disagree', failedRps: [390], heldRps: [390] })],
  },
  scenarios: {
    scenarios: [
      {
        name: 'Burst',
        about: 'a burst',
        verdict,
        expectations: [{ text: 'fast', verdict, observed: '1 ms' }],
        result: 0,
      },
    ],
    skipped: [{ name: 'MCP', why: 'no target' }],
  },
  protocols: {
    slo: { p99Ms: 250, errorRate: 0.01 },
    rate: 100,
    clients: 16,
    ranking: [
      {
        protocol: 'tcp',
        rank: 1,
        verdict,
        throughputRps: 1_000,
        clients: 16,
        maxRps: null,
        maxIsBound: false,
        p50Ms: 1,
        p95Ms: null,
        p99Ms: 3,
        successRate: 1,
        reconnectMs: null,
        lost: 0,
        cpuUsPerRequest: 12.5,
        intervals: {
          throughputRps: [900, 1_100],
          maxRps: null,
          p50Ms: [0.9, 1.1],
          p95Ms: null,
          p99Ms: [2, null],
          lostShare: [0, 0.01],
          reconnectMs: null,
        },
        why: 'ahead',
      },
    ],
    bestFor: { lowLatency: 'tcp', throughput: 'tcp', reliability: null, streaming: null, rpc: null },
    ties: { lowLatency: [], throughput: [], reliability: ['tcp', 'http'], streaming: [], rpc: [] },
    differences: [{ better: 'tcp', worse: 'http', by: 'p95', work: 'medium read', values: [1, null] }],
    rounds: 4,
    tooShort: { requiredRounds: 12, requiredMs: 2_000 },
    works: [{ protocol: 'tcp', work: 'medium read', requests: 40, p50Ms: 1, p95Ms: 2, p99Ms: null }],
    skipped: [{ protocol: 'mcp', why: 'no target' }],
  },
  'mcp-stress': {
    protocolVersion: '2025-11-25',
    transport: 'http',
    ...stressJudgement(made, 0),
    errorPatterns: [{ class: 'timeout', count: 3, phases: ['stress'], trend: 'growing', meaning: 'it hangs' }],
    probes: [{ name: 'a probe', verdict: 'not-applicable', evidence: 'over pipes' }],
  },
  capacity: {
    sla: { successRate: 0.99, p95Ms: 500 },
    expectedUsers: 1_000,
    peakUsers: 2_000,
    requestsPerUserMinute: 30,
    maxUsers: 700,
    usersInterval: [700, null],
    recommendedUsers: 350,
    scalingFactor: 2.9,
    phases: [
      { name: 'peak', users: 2_000, rate: 1_000, verdict, achievedRps: 900, p95Ms: null, errorRate: 0, result: 0 },
    ],
    usl: 'code' in usl ? null : usl,
    uslWhy: null,
    sizing: {
      instances: 3,
      coresPerInstance: null,
      memoryMbPerInstance: 128,
      maxConnections: 10,
      loadBalancer: true,
      basis: 'estimated',
      why: [sizingReason({ code: 'connections-unknown' })],
    },
  },
  unit: {
    checks: [
      { area: 'patterns', name: 'constant pattern', sent: '200 requests', counted: '200 requests', verdict, result: 0 },
    ],
  },
}

/** Returns the record of one run of a suite. */
export function recordOf(suite: string, results: readonly LoadResult[], found: unknown): RunRecord {
  return {
    schema: 1,
    suite,
    name: suite,
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 1_000,
    environment: { node: '24.0.0', os: 'Linux', cpus: 2, memoryMb: 1_024, commit: null },
    target: 'http://127.0.0.1:3000/',
    results,
    verdicts: [{ result: 0, test: 'a test', matcher: 'toSustainRps', verdict, message: 'held' }],
    findings: found,
  }
}
