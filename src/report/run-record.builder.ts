import type { Environment, LoadRecord } from '../model/record.ts'
import type { Distribution, Figures } from '../model/figures.ts'
import type { LoadResult } from '../model/result.ts'

/** A fixed machine, so that reports do not depend on the one that runs the tests. */
export const environment: Environment = {
  node: '24.21.0',
  os: 'Linux 6.1.0',
  cpus: 2,
  memoryMb: 7_936,
  commit: '0123456789abcdef0123456789abcdef01234567',
}

const answered: Distribution = {
  count: 14_997,
  minMs: 9.1,
  meanMs: 14,
  stddevMs: 8,
  p50Ms: 12.1,
  p75Ms: 14.2,
  p90Ms: 30.4,
  p95Ms: 40.2,
  p99Ms: 83.2,
  p999Ms: 120.4,
  maxMs: 144,
  histogram: '',
}

const figures: Figures = {
  requestsScheduled: 15_000,
  requestsSent: 15_000,
  responsesReceived: 14_997,
  successes: 14_997,
  errors: 3,
  timeouts: 0,
  dropped: 0,
  droppedByReason: {},
  unanswered: 3,
  successRate: 0.9998,
  errorRate: 0.0002,
  offeredRps: 500,
  throughputRps: 499.9,
  bytesSent: 1,
  bytesReceived: 1,
  statuses: { 200: 14_997 },
  errorsByClass: { connect: { count: 3, first: 'connect ECONNREFUSED 127.0.0.1:3000' } },
  overLimit: {},
  responseTime: answered,
  queueTime: { count: 0 },
  serviceTime: { ...answered, p99Ms: 12.1, p999Ms: 13, maxMs: 20 },
  scheduleLag: { count: 0 },
  targetTime: { count: 0 },
  connectTime: { count: 0 },
  firstMessageTime: { count: 0 },
  messageGap: { count: 0 },
}

/** Returns the result of a run of 500 req/s for 30 s, with the changes of a test. */
export function resultOf(change: Partial<LoadResult> = {}): LoadResult {
  return {
    ...figures,
    achievedRps: 499.9,
    schema: 1,
    type: 'describe-load:result',
    generatorId: '8f2c1e8f2c1e',
    name: 'checkout API > holds 500 req/s',
    plan: {
      rate: 500,
      durationMs: 30_000,
      warmUpMs: 0,
      connection: 'pooled',
      maxConnections: 100,
      requestTimeoutMs: 10_000,
      sla: {},
      confidence: 0.95,
      onInconclusive: 'lean',
      request: 'GET /cart',
    },
    protocol: 'http',
    protocolVersion: '1.1',
    pattern: 'constant',
    arrivals: 'uniform',
    seed: '8f2c1e',
    startedAt: '2026-11-23T17:30:00.000Z',
    ended: 'completed',
    durationMs: 30_000,
    drainMs: 0,
    inFlight: 0,
    unsolicited: 0,
    batches: {
      startMs: 0,
      lengthMs: 1_000,
      arrivals: [],
      inFlight: [],
      successes: [],
      errors: [],
      dropped: [],
      unanswered: [],
      responseTime: [],
      serviceTime: [],
      targetTime: [],
    },
    operations: {},
    phases: {},
    journeys: null,
    metrics: {},
    pool: { size: 100, peakInUse: 20, fullRatio: 0 },
    connections: { opened: 20, closed: 20, reconnects: 0, failed: 3 },
    intervalMs: 1_000,
    intervals: [],
    generator: { threads: 1, mode: 'worker', wake: 'exact', cpuPercent: 20, eventLoopUtilization: 0.2, doubts: [] },
    target: { url: 'http://127.0.0.1:3000/', pids: [], samples: [] },
    slowest: [],
    ...change,
  }
}

/** Returns the record of a load test with one result and one verdict on it. */
export function recordOf(change: Partial<LoadRecord> = {}): LoadRecord {
  return {
    results: [resultOf()],
    verdicts: [
      {
        result: 0,
        test: 'checkout API > holds 500 req/s',
        matcher: 'toHaveP99Below',
        verdict: 'fail',
        message:
          'expected p99 response time below 50 ms, was 83.2 ms (90% interval 79.0–90.4 ms, n = 14 970, effective 2 140)\n  offered 500 req/s, achieved 499 req/s, 0 dropped, 3 errors (connect 3)',
      },
    ],
    ...change,
  }
}
