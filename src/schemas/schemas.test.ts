import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { evenStretches, resultOf } from '../judge/result.builder.ts'
import { stressJudgement } from '../judge/analysis/mcp-health.ts'
import { fitUsl } from '../judge/analysis/usl.ts'
import type { CapacityFindings } from '../model/capacity-findings.ts'
import type { LimitsFindings } from '../model/limits-findings.ts'
import type { McpStressFindings } from '../model/mcp-stress-findings.ts'
import type { ProtocolsFindings } from '../model/protocols-findings.ts'
import type { RunRecord } from '../model/record.ts'
import { journey } from '../model/journey.ts'
import type { LoadPlan } from '../plan/load-plan.ts'
import type { LoadResult } from '../model/result.ts'
import type { ScenariosFindings } from '../model/scenarios-findings.ts'
import type { VerdictReason } from '../model/verdict.ts'
import { artifacts } from '../report/index.ts'
import { renderArtifacts } from '../report/render.ts'
import { runLoad } from '../run/index.ts'
import { constant, sequence } from '../traffic/patterns/index.ts'
import { limitNote } from '../wording/limit-notes.ts'
import { startFixture } from '../../fixtures/index.ts'
import { generateSchemas } from './generate.ts'

const SCHEMAS = import.meta.dirname

const published = Object.fromEntries(
  readdirSync(SCHEMAS)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name, JSON.parse(readFileSync(`${SCHEMAS}/${name}`, 'utf8')) as object]),
)

const ajv = new Ajv2020({ allErrors: true, strictTypes: false })
for (const schema of Object.values(published)) ajv.addSchema(closed(schema) as object)

/** Returns a schema in which no object can have a field that the types do not have. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]))
  return 'properties' in schema ? { additionalProperties: false, ...inner } : inner
}

const made = resultOf({
  stretches: evenStretches(48, 20, (i) => 5 + (i % 7)),
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

/** Typed, so that an example with a missing field does not compile. */
const findings = {
  load: null,
  limits: {
    slo: { p99Ms: 250, errorRate: 0.01 },
    maxSustainableRps: 390,
    interval: [390, null],
    confirmed: true,
    recommendedRps: null,
    stableRps: 200,
    degradationPointRps: null,
    failurePointRps: null,
    kneeRps: null,
    degradation: 'none-seen',
    bottleneck: { resource: null, evidence: ['nothing'] },
    recovery: { recovered: null, recoverMs: null },
    trials: [],
    saturation: null,
    ended: 'found',
    notes: [limitNote({ code: 'trials-disagree', failedRps: [390], heldRps: [390] })],
  } satisfies LimitsFindings,
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
  } satisfies ScenariosFindings,
  protocols: {
    slo: { p99Ms: 250, errorRate: 0.01 },
    rate: 100,
    clients: 16,
    ranking: [
      {
        protocol: 'tcp',
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
        why: 'ahead',
      },
    ],
    bestFor: { lowLatency: 'tcp', throughput: 'tcp', reliability: null, streaming: null, rpc: null },
    skipped: [{ protocol: 'mcp', why: 'no target' }],
  } satisfies ProtocolsFindings,
  'mcp-stress': {
    protocolVersion: '2025-11-25',
    transport: 'http',
    ...stressJudgement(made, 0),
    errorPatterns: [{ class: 'timeout', count: 3, phases: ['stress'], trend: 'growing', meaning: 'it hangs' }],
    probes: [{ name: 'a probe', verdict: 'not-applicable', evidence: 'over pipes' }],
  } satisfies McpStressFindings,
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
    usl: typeof usl === 'string' ? null : usl,
    uslWhy: null,
    sizing: {
      instances: 3,
      coresPerInstance: null,
      memoryMbPerInstance: 128,
      maxConnections: 10,
      loadBalancer: true,
      basis: 'estimated',
      why: ['so'],
    },
  } satisfies CapacityFindings,
}

function recordOf(suite: string, results: readonly LoadResult[], found: unknown): RunRecord {
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

/** One reason of each code; a missing code does not compile. */
const reasons = {
  'too-few-for-percentile': {
    code: 'too-few-for-percentile',
    percentile: 99,
    requests: 40,
    requiredRequests: 100,
    perSecond: 10,
  },
  'short-span': { code: 'short-span', spanMs: 4_000, requiredMs: 10_000 },
  'few-batches': { code: 'few-batches', batches: 11, requiredBatches: 20 },
  correlated: { code: 'correlated', requests: 6_000, effective: 66 },
  'slow-variation': { code: 'slow-variation', requests: 1_000, effective: 24 },
  'possible-outages': { code: 'possible-outages', outageMs: 500, requiredMs: 149_500 },
  'all-requests-wrong': { code: 'all-requests-wrong', requests: 20 },
  'all-batches-wrong': { code: 'all-batches-wrong', batches: 5, share: 0.525 },
  'backlog-wanders': { code: 'backlog-wanders', requests: 61, allowed: 24 },
} satisfies { readonly [Code in VerdictReason['code']]: Extract<VerdictReason, { readonly code: Code }> }

/** Returns the schema errors of a load test verdict with these keys. */
function schemaErrorsOfVerdict(change: object): unknown {
  const run = recordOf('load', [made], null)
  const [kept] = run.verdicts
  return schemaErrorsIn([{ ...run, verdicts: [Object.assign({}, kept, change)] }])['load_test_results.json']
}

/** Renders the JSON files of these runs and returns the schema errors of each. */
function schemaErrorsIn(runs: readonly RunRecord[]): Record<string, unknown> {
  const files = renderArtifacts(
    runs,
    artifacts.filter(({ fileName }) => fileName.endsWith('.json')),
  )
  return Object.fromEntries(
    files.map(({ fileName, text }) => {
      const validate = ajv.getSchema(fileName)
      if (validate === undefined) return [fileName, 'there is no schema for it']
      return [fileName, validate(JSON.parse(text)) === true ? [] : validate.errors]
    }),
  )
}

describe('the published schemas', () => {
  test('are current: npm run schemas changes nothing', { timeout: 60_000 }, () => {
    expect(published).toEqual(generateSchemas())
  })

  test('reject a field that the types do not have, at any depth', () => {
    const phases = Object.fromEntries(
      Object.entries(made.phases).map(([name, phase]) => [name, { ...phase, unknown: 1 }]),
    )
    for (const run of [
      recordOf('load', [{ ...made, phases }], null),
      { ...recordOf('load', [made], null), unknown: 1 },
    ]) {
      expect(JSON.stringify(schemaErrorsIn([run]))).toContain('"additionalProperty":"unknown"')
    }
  })

  test.each([
    { successes: 1.5 },
    { errors: -1 },
    { errorRate: 1.1 },
    { statuses: { 200: 0.5 } },
    { pool: { size: -1 } },
  ])('reject %j: counts are whole numbers of 0 or more, ratios lie between 0 and 1', (change) => {
    const faulty = { ...made, ...change, pool: { ...made.pool, ...change.pool } }
    expect(schemaErrorsIn([recordOf('load', [made], null)])['load_test_results.json']).toEqual([])
    expect(schemaErrorsIn([recordOf('load', [faulty], null)])['load_test_results.json']).not.toEqual([])
  })

  test('accept every JSON artifact', () => {
    const faults = schemaErrorsIn(Object.entries(findings).map(([suite, found]) => recordOf(suite, [made], found)))
    expect(Object.keys(faults)).toHaveLength(Object.keys(findings).length)
    for (const [file, fault] of Object.entries(faults)) expect(fault, file).toEqual([])
  })

  test('accept several runs in one file', () => {
    const runs = ['a', 'b'].map((name) => Object.assign(recordOf('limits', [made], findings.limits), { name }))
    expect(schemaErrorsIn(runs)).toEqual({ 'limits_test.json': [] })
  })

  test.each(['pass', 'fail', 'none'])('accept a verdict that leans to %s, with a reason of every code', (leaning) => {
    expect(schemaErrorsOfVerdict({ verdict: 'inconclusive', leaning, reasons: Object.values(reasons) })).toEqual([])
  })

  test.each([{ leaning: 'maybe' }, { reasons: [{ code: 'no-such-code' }] }, { reasons: [{}] }])(
    'reject a verdict with %j',
    (change) => {
      expect(schemaErrorsOfVerdict({ verdict: 'inconclusive', ...change })).not.toEqual([])
    },
  )

  test('accept the leaning of a scenario and of an expectation, and reject any other value', () => {
    const leaning = (word: string): unknown => {
      const [scenario] = findings.scenarios.scenarios
      const open = { verdict: 'inconclusive', leaning: word }
      const found = { ...scenario, ...open, expectations: [{ text: 'fast', observed: '1 ms', ...open }] }
      const run = recordOf('scenarios', [made], { ...findings.scenarios, scenarios: [found] })
      return schemaErrorsIn([run])['scenario_results.json']
    }
    expect(['pass', 'fail', 'none'].map((word) => leaning(word))).toEqual([[], [], []])
    expect(leaning('maybe')).not.toEqual([])
  })

  test('accept the leaning of a protocol with its reasons, and reject any other word', () => {
    const leaning = (word: string): unknown => {
      const [ranked] = findings.protocols.ranking
      const open = { ...ranked, verdict: 'inconclusive', leaning: word, reasons: ['2 late of 100 requests'] }
      const run = recordOf('protocols', [made], { ...findings.protocols, ranking: [open] })
      return schemaErrorsIn([run])['protocol_comparison.json']
    }
    expect(['pass', 'fail', 'none'].map((word) => leaning(word))).toEqual([[], [], []])
    expect(leaning('maybe')).not.toEqual([])
  })

  test.each<[string, LoadPlan]>([
    ['errors', { rate: 200, duration: '1s', request: { name: 'cart', path: '/' } }],
    [
      'phases, a service level, a warm-up and traces',
      {
        pattern: sequence(
          constant({ rate: 100, duration: '500ms', name: 'calm' }),
          constant({ rate: 200, duration: '500ms', name: 'busy' }),
        ),
        warmUp: '200ms',
        sla: { p99Ms: 50, errorRate: 0.5 },
        tracing: 'slowest',
      },
    ],
    [
      'a journey',
      {
        rate: 20,
        duration: '1s',
        journey: journey(function* ({ send }) {
          yield* send({ path: '/', name: 'first' })
          yield* send({ path: '/', name: 'second' })
        }),
      },
    ],
  ])('accept the result of a real run with %s', async (_, plan) => {
    await using server = await startFixture('failing', { ratio: 0.3 })
    const result = await runLoad({ target: server.url, ...plan })
    expect(result.errors).toBeGreaterThan(0)
    expect(schemaErrorsIn([recordOf('load', [result], null)])).toEqual({ 'load_test_results.json': [] })
  })

  test.each(['limits', 'scenarios', 'protocols', 'mcp-stress', 'capacity'] as const)(
    'report a missing key in the findings of %s',
    (suite) => {
      for (const key of Object.keys(findings[suite])) {
        const { [key]: _left, ...less } = findings[suite] as unknown as Record<string, unknown>
        const [faults] = Object.values(schemaErrorsIn([recordOf(suite, [made], less)]))
        expect(faults, key).not.toEqual([])
      }
    },
  )
})
