import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { machineCheck } from '../hosts/command/doctor/machine-check.builder.ts'
import type { RunRecord } from '../model/record.ts'
import { EMPTY_BASELINE } from '../judge/comparison/stored-file.ts'
import { historyEntry, storedRun } from '../judge/comparison/stored-run.ts'
import { journey } from '../plan/steps.ts'
import type { LoadPlan } from '../plan/load-plan.ts'
import type { VerdictReason } from '../model/verdict.ts'
import { artifacts } from '../report/index.ts'
import { renderArtifacts } from '../report/render.ts'
import { runLoad } from '../run/index.ts'
import { constant, sequence } from '../traffic/patterns/index.ts'
import { startFixture } from '../../fixtures/index.ts'
import { findings, made, recordOf } from './findings.builder.ts'
import { generateSchemas } from './generate.ts'
import { trialReason } from '../wording/trial-reasons.ts'

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

/** One reason of each code; a missing code does not compile. */
const reasons = {
  'too-few-for-percentile': { code: 'too-few-for-percentile', percentile: 99, requests: 40, requiredRequests: 100 },
  'short-span': { code: 'short-span', spanMs: 4_000, requiredMs: 10_000 },
  'few-batches': { code: 'few-batches', batches: 11, requiredBatches: 20 },
  correlated: { code: 'correlated', requests: 6_000, effective: 66 },
  'slow-variation': { code: 'slow-variation', requests: 1_000, effective: 24 },
  'possible-outages': { code: 'possible-outages', outageMs: 500, requiredMs: 149_500 },
  'all-requests-wrong': { code: 'all-requests-wrong', requests: 20 },
  'all-batches-wrong': { code: 'all-batches-wrong', batches: 5, share: 0.525 },
  'backlog-wanders': { code: 'backlog-wanders', requests: 61, allowed: 24 },
  'rate-missed': { code: 'rate-missed', maxRps: 7.5, offeredRps: 100, windowMs: 400 },
  'no-stored-runs': { code: 'no-stored-runs', file: 'baseline.json', isMissing: true },
  'stored-runs-differ': {
    code: 'stored-runs-differ',
    runs: 5,
    differences: [{ key: 'node', stored: '22.19', current: '24.11' }],
  },
  'few-stored-runs': { code: 'few-stored-runs', runs: 2, requiredRuns: 4 },
  'run-scatter': { code: 'run-scatter', figure: 'p95', scatter: 0.05, provable: 0.24 },
  'few-sessions': { code: 'few-sessions', sessions: 1, requiredSessions: 4 },
  'more-failures': { code: 'more-failures', errorRate: 0.2, storedErrorRate: 0 },
  'no-figure': { code: 'no-figure', figure: 'CPU time per request' },
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
    [...files].map((file) => {
      const { fileName } = file
      if ('error' in file) return [fileName, file.error]
      const validate = ajv.getSchema(fileName)
      if (validate === undefined) return [fileName, 'there is no schema for it']
      return [fileName, validate(JSON.parse(file.text)) === true ? [] : validate.errors]
    }),
  )
}

/** Keys that findings of earlier versions do not have. */
const LATER_KEYS: ReadonlySet<string> = new Set(['ties', 'differences', 'rounds', 'tooShort', 'works', 'unlisted'])

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
    const invalid = { ...made, ...change, pool: { ...made.pool, ...change.pool } }
    expect(schemaErrorsIn([recordOf('load', [made], null)])['load_test_results.json']).toEqual([])
    expect(schemaErrorsIn([recordOf('load', [invalid], null)])['load_test_results.json']).not.toEqual([])
  })

  test('accept every JSON artifact', () => {
    const errors = schemaErrorsIn(Object.entries(findings).map(([suite, found]) => recordOf(suite, [made], found)))
    // One for each suite, and the verdicts of all.
    expect(Object.keys(errors)).toHaveLength(Object.keys(findings).length + 1)
    for (const [file, found] of Object.entries(errors)) expect(found, file).toEqual([])
  })

  test('accept a baseline and a line of a history', () => {
    const environment = { node: '24.11.0', os: 'Linux 6.8.0', cpus: 2, cpu: 'AMD', memoryMb: 1, commit: null }
    const run = storedRun(made, environment)
    const baseline = { ...EMPTY_BASELINE, tests: { cart: [run] } }
    const entry = historyEntry(made, environment)
    const isValid = (file: string, content: object): unknown =>
      ajv.getSchema(file)?.(JSON.parse(JSON.stringify(content)))
    expect([isValid('baseline.json', baseline), isValid('load-history.json', entry)]).toEqual([true, true])
    const damaged = { ...baseline, tests: { cart: [{ ...run, startedAt: 5 }] } }
    expect([isValid('baseline.json', damaged), isValid('load-history.json', run)]).toEqual([false, false])
  })

  test('accept a check of a machine, and reject an unknown finding', () => {
    const quiet = { lagP50Ms: 1, lagP99Ms: 20, lagMaxMs: 40, stealRatio: null, foreignCores: 1.9 }
    const busy = machineCheck({ cpuQuotaCores: 0.5, quiet, ceiling: { heldRps: 250, lateRps: 500, lateLagP99Ms: 30 } })
    const interrupted = machineCheck({ descriptors: null, ports: null, quiet: null, ceiling: null, noise: null })
    const validate = ajv.getSchema('machine-check.json')
    for (const check of [machineCheck(), busy, interrupted]) {
      expect([validate?.(JSON.parse(JSON.stringify(check))), validate?.errors]).toEqual([true, null])
    }
    expect(busy.findings).toHaveLength(4)
    expect(validate?.({ ...busy, findings: [{ ...busy.findings[0], code: 'haunted' }] })).toBe(false)
  })

  test('accept several runs in one file', () => {
    const runs = ['a', 'b'].map((name) => Object.assign(recordOf('limits', [made], findings.limits), { name }))
    expect(schemaErrorsIn(runs)).toEqual({ 'limits_test.json': [], 'verdicts.json': [] })
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
    const open = [trialReason({ code: 'p99-not-proven', lateRequests: 2, requests: 100 })]
    const leaning = (word: string): unknown => {
      const [ranked] = findings.protocols.ranking
      const undecided = { ...ranked, verdict: 'inconclusive', leaning: word, reasons: open }
      const run = recordOf('protocols', [made], { ...findings.protocols, ranking: [undecided] })
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
    expect(schemaErrorsIn([recordOf('load', [result], null)])).toEqual({
      'load_test_results.json': [],
      'verdicts.json': [],
    })
  })

  test.each(['limits', 'scenarios', 'protocols', 'mcp-stress', 'capacity', 'unit'] as const)(
    'report a missing key in the findings of %s',
    (suite) => {
      for (const key of Object.keys(findings[suite])) {
        const { [key]: _left, ...less } = findings[suite] as unknown as Record<string, unknown>
        const [errors] = Object.values(schemaErrorsIn([recordOf(suite, [made], less)]))
        if (LATER_KEYS.has(key)) expect(errors, key).toEqual([])
        else expect(errors, key).not.toEqual([])
      }
    },
  )
})
