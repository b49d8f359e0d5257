import { describe, expect, it } from 'vitest'
import { LoadPlanError } from '../model/errors.ts'
import { burst, constant, poisson, rampUp, sequence } from '../traffic/patterns/index.ts'
import { inheritPlan } from './inherited-plan.ts'
import type { WrittenPlan } from './load-plan.ts'
import { mix } from './mix.ts'
import { resolvePlan } from './resolve-plan.ts'
import { vocabulary } from './vocabulary.fixture.ts'

const target = 'http://127.0.0.1:3000'
const group: WrittenPlan = { target, rate: 50, duration: '30s' }
const request = { path: '/cart' }
const operations = { browse: { path: '/' }, buy: { path: '/buy' } }
const journey = function* steps(): Generator<never, void> {}
const custom = {
  name: 'custom',
  durationMs: 5_000,
  rateAt: (): number => 10,
  expectedBy: (tMs: number): number => Math.min(tMs, 5_000) / 100,
}

function issuesOf(plan: WrittenPlan): string {
  try {
    resolvePlan(plan, vocabulary)
  } catch (error) {
    if (error instanceof LoadPlanError) return error.message
    throw error
  }
  return 'no issue'
}

describe('an inner key replaces the inherited keys that contradict it', () => {
  const ramp = rampUp({ to: 200 })
  const long = sequence(constant({ rate: 5, duration: '10s' }), constant({ rate: 9, duration: '10s' }))
  const closed = { target, concurrency: 10, duration: '30s' }
  const shaped = { target, pattern: long }
  const entries = mix([{ request }, { name: 'other', request }])
  const namedEntries = mix([{ protocol: 'http', request }])
  const traced = { ...group, traceEveryRequest: true }
  it.each<[string, WrittenPlan, WrittenPlan, WrittenPlan]>([
    ['a pattern with a rate: the rate', group, { pattern: ramp }, { target, pattern: ramp, duration: '30s' }],
    ['a pattern with a duration: both', group, { pattern: long }, { target, pattern: long }],
    ['a custom pattern: both', group, { pattern: custom }, { target, pattern: custom }],
    ['the name of a pattern: neither', group, { pattern: 'burst' }, { ...group, pattern: 'burst' }],
    ['a pattern: the concurrency', closed, { pattern: ramp }, { target, pattern: ramp, duration: '30s' }],
    [
      'a Poisson pattern: the arrivals',
      { ...group, arrivals: 'uniform' },
      { pattern: 'poisson' },
      { ...group, pattern: 'poisson' },
    ],
    [
      'another pattern: not the arrivals',
      { ...group, arrivals: 'uniform' },
      { pattern: ramp },
      { target, duration: '30s', arrivals: 'uniform', pattern: ramp },
    ],
    ['concurrency: the rate', group, { concurrency: 10 }, closed],
    [
      'concurrency: the pattern, the arrivals and what an open model drops',
      { ...group, pattern: 'burst', arrivals: 'uniform', overflow: 'drop' },
      { concurrency: 10 },
      closed,
    ],
    ['concurrency: the batches', { ...group, batch: () => request, batchSize: 5 }, { concurrency: 10 }, closed],
    ['concurrency: the work in batches', { ...group, workload: 'batch' }, { concurrency: 10 }, closed],
    ['a rate: the concurrency', closed, { rate: 50 }, group],
    ['a rate: a pattern that has one', shaped, { rate: 50, duration: '30s' }, group],
    [
      'a rate: not the name of a pattern',
      { ...group, pattern: 'burst' },
      { rate: 5 },
      { ...group, pattern: 'burst', rate: 5 },
    ],
    [
      'a journey: the request',
      { ...group, request, messageSize: 9, messageFormat: 'text' },
      { journey },
      { ...group, journey },
    ],
    ['a journey: the operations', { ...group, workload: operations }, { journey }, { ...group, journey }],
    ['a journey: the batches', { ...group, batch: () => request, batchSize: 5 }, { journey }, { ...group, journey }],
    ['a request: the journey', { ...group, journey }, { request }, { ...group, request }],
    ['a request: the operations', { ...group, workload: operations }, { request }, { ...group, request }],
    [
      'a request: not the batches',
      { ...group, workload: 'batch' },
      { request },
      { ...group, workload: 'batch', request },
    ],
    ['operations: the request', { ...group, request }, { workload: operations }, { ...group, workload: operations }],
    ['operations: the journey', { ...group, journey }, { workload: operations }, { ...group, workload: operations }],
    [
      'batches: not the request',
      { ...group, request },
      { workload: 'batch' },
      { ...group, workload: 'batch', request },
    ],
    [
      'a mix: the request and the batches',
      { ...group, request, batch: () => request },
      { workload: entries },
      { ...group, workload: entries },
    ],
    [
      'a mix with protocols: the protocol',
      { ...group, protocol: 'http' },
      { workload: namedEntries },
      { ...group, workload: namedEntries },
    ],
    ['tracing: traceEveryRequest', traced, { tracing: 'off' }, { ...group, tracing: 'off' }],
    ['traceEveryRequest: tracing', { ...group, tracing: 'off' }, { traceEveryRequest: true }, traced],
  ])('%s', (_, outer, inner, merged) => {
    expect(inheritPlan(outer, inner)).toEqual(merged)
    expect(issuesOf(merged)).toBe('no issue')
  })
})

it.each<[string, WrittenPlan, RegExp]>([
  ['a rate and a pattern with one', { rate: 5, pattern: rampUp({ to: 200 }) }, /^rate must be omitted/],
  ['a rate and a concurrency', { rate: 5, concurrency: 10 }, /^rate cannot be combined with `concurrency`/],
  ['a duration and a pattern with one', { duration: '5s', pattern: custom }, /^duration must be omitted/],
  ['a request and a journey', { request, journey }, /^request cannot be combined with `journey`/],
  ['a request and operations', { request, workload: operations }, /^request cannot be combined with operations/],
])('keys of the same level that contradict each other remain an issue: %s', (_, inner, issue) => {
  expect(issuesOf(inheritPlan(group, inner))).toMatch(issue)
})

it('an entry of a mix does not silently lose the inherited options of its protocol', () => {
  const plan = inheritPlan({ ...group, protocol: 'http' }, { workload: mix([{ request }]) })
  expect(issuesOf(plan)).toMatch(/^protocol cannot be combined with a mix.*\n.*write it in the entries of the mix/)
})

it('a key that is undefined removes the inherited one, and no other', () => {
  const inner = { rate: undefined, concurrency: undefined }
  expect(inheritPlan(group, inner as never)).toEqual({ target, duration: '30s' })
})

it.each([burst, 'bursst', { kind: 'sequence', parts: [null] }, { rateAt: () => 5 }, []])(
  'an invalid pattern keeps the inherited duration: %o',
  (pattern) => {
    expect(inheritPlan({ ...group, pattern: poisson({ rate: 5 }) }, { pattern: pattern as never })).toMatchObject({
      duration: '30s',
      pattern,
    })
  },
)
