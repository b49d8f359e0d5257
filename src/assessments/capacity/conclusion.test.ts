import { describe, expect, test } from 'vitest'
import type { UslPoint } from '../../judge/analysis/usl.ts'
import { eachWith, evenBatches, resultOf } from '../../judge/result.builder.ts'
import type { CapacityPhase } from '../../model/capacity-findings.ts'
import type { LoadResult } from '../../model/result.ts'
import { type SidedVerdict, type VerdictValue } from '../../model/verdict.ts'
import type { Conclusion } from '../suite.ts'
import {
  capacityConclusion,
  capacityFindings,
  type CapacityMeasurements,
  type CapacitySettings,
  type OpenRun,
  openRun,
  rateVerdicts,
} from './conclusion.ts'

/** 60 req/s are expected, and 120 req/s at the peak. */
const settings: CapacitySettings = {
  sla: { successRate: 0.9, p95Ms: 500 },
  expectedUsers: 120,
  peakUsers: 240,
  requestsPerUserMinute: 30,
  maxRps: Number.POSITIVE_INFINITY,
  phaseMs: 20_000,
}

interface Run {
  readonly responseMs?: number
  readonly seconds?: number
  /** Share of the requests that fail. */
  readonly failed?: number
}

/** Judges a run at a rate; by default, it takes 20 s, all responses take 20 ms, and none fails. */
function runAt(rate: number, { responseMs = 20, seconds = 20, failed = 0 }: Run = {}): OpenRun {
  const errors = Math.round((failed * rate) / 4)
  const batches = evenBatches(4 * seconds, rate / 4 - errors, () => responseMs)
  return judged(resultOf({ batches: eachWith(batches, () => ({ errors: { 'http-5xx': errors } })) }), rate)
}

function judged(result: LoadResult, rate: number): OpenRun {
  return openRun(result, rate, rateVerdicts(result, rate, settings.sla))
}

const SLOW = { responseMs: 900 }
const [held40, held60, held80] = [runAt(40), runAt(60), runAt(80)]
const [missed60, missed100] = [runAt(60, SLOW), runAt(100, SLOW)]

/** The run, if it showed its verdict without a proof. */
function unproven(run: OpenRun): OpenRun {
  return { ...run, judged: { verdict: 'inconclusive' } }
}

function measured(runs: readonly OpenRun[], rest: Partial<CapacityMeasurements> = {}): CapacityMeasurements {
  return { runs, phases: [], points: [], ...rest }
}

function conclude(...runs: readonly OpenRun[]): Conclusion {
  return capacityConclusion(capacityFindings(settings, measured(runs)), measured(runs))
}

describe('a run at a constant rate', () => {
  test.each<[string, OpenRun, VerdictValue, SidedVerdict]>([
    ['passes within the SLA', held40, 'pass', { verdict: 'pass' }],
    ['fails with a p95 above the limit', missed60, 'fail', { verdict: 'fail' }],
    ['fails when a fifth of the requests fails', runAt(40, { failed: 0.2 }), 'fail', { verdict: 'fail' }],
    [
      'counts as the side it leans to when it is too short to prove it',
      runAt(40, { seconds: 8 }),
      'pass',
      { verdict: 'inconclusive', leaning: 'pass' },
    ],
  ])('%s', (_, run, verdict, proven) => {
    expect(run).toMatchObject({ verdict })
    expect(run.judged).toEqual(proven)
  })

  test('fails when requests pile up', () => {
    const batches = eachWith(
      evenBatches(80, 5, () => 20),
      (i) => ({ arrivals: 10, inFlight: 5 * (i + 1) }),
    )
    expect(judged(resultOf({ batches, plan: { rate: 40 } }), 40)).toMatchObject({
      verdict: 'fail',
      judged: { verdict: 'fail' },
    })
  })
})

describe('the number of users', () => {
  test('lies between the highest rate that met the SLA and the lowest that missed it', () => {
    const findings = capacityFindings(settings, measured([held60, held80, missed100]))
    expect(findings).toMatchObject({
      maxUsers: 160,
      usersInterval: [160, 200],
      recommendedUsers: 80,
      scalingFactor: 1.5,
      sizing: { instances: 3 },
    })
    expect(findings).not.toHaveProperty('disagreeingUsers')
    expect(findings).not.toHaveProperty('unprovenUsers')
    expect(findings).not.toHaveProperty('unknown')
  })

  test('decides a phase whose run proved nothing by the run of more or fewer users', () => {
    const phase = (rate: number): CapacityPhase => ({
      name: 'baseline',
      users: 2 * rate,
      rate,
      verdict: 'inconclusive',
      leaning: 'none',
      achievedRps: rate,
      p95Ms: 20,
      errorRate: 0,
      result: 0,
    })
    const verdicts = (runs: readonly OpenRun[]): unknown =>
      capacityFindings(settings, measured(runs, { phases: [phase(50), phase(90)] })).phases.map(
        ({ verdict, leaning, decidedByUsers }) => [verdict, leaning, decidedByUsers],
      )
    expect(verdicts([held60, held80])).toEqual([
      ['pass', undefined, 160],
      ['inconclusive', 'none', undefined],
    ])
    expect(verdicts([held60, missed60])).toEqual([
      ['pass', undefined, 120],
      ['fail', undefined, 120],
    ])
    expect(verdicts([unproven(held80), unproven(missed60)])).toEqual([
      ['inconclusive', 'pass', 160],
      ['inconclusive', 'fail', 120],
    ])
    expect(verdicts([unproven(held60), missed60, unproven(held80)])).toEqual([
      ['inconclusive', 'pass', 160],
      ['fail', undefined, 120],
    ])
  })

  test('is not inconclusive below a number that the target probably serves', () => {
    const open: CapacityPhase = { ...phase('invalid'), rate: 50, users: 100 }
    const findings = capacityFindings(settings, measured([unproven(held80)], { phases: [open] }))
    expect(findings.maxUsers).toBe(160)
    expect(findings.phases[0]).toMatchObject({ verdict: 'inconclusive', leaning: 'pass', decidedByUsers: 160 })
  })

  test('is marked where a run only leans to its side', () => {
    const ends = (...runs: readonly OpenRun[]): unknown => capacityFindings(settings, measured(runs)).unprovenUsers
    expect(ends(unproven(held80), missed100)).toEqual([160])
    expect(ends(unproven(held80), unproven(missed100))).toEqual([160, 200])
    expect(ends(unproven(held60), held80, missed100)).toBeUndefined()
  })

  test('has no lower bound when every rate missed the SLA', () => {
    expect(capacityFindings(settings, measured([missed60]))).toMatchObject({
      maxUsers: null,
      usersInterval: [null, 120],
      recommendedUsers: null,
      scalingFactor: null,
      sizing: { instances: null },
    })
  })

  test('excludes a rate whose run disagrees with a higher one', () => {
    const findings = capacityFindings(settings, measured([held40, missed60, held80, missed100]))
    expect(findings).toMatchObject({ maxUsers: 80, usersInterval: [80, 200], disagreeingUsers: [120] })
  })

  const phase = (verdict: VerdictValue): CapacityPhase => ({
    name: 'baseline',
    users: 120,
    rate: 60,
    verdict,
    achievedRps: 60,
    p95Ms: 20,
    errorRate: 0,
    result: 0,
  })

  test('is unknown with the required length when the phases are too short', () => {
    const short = { ...settings, phaseMs: 2_000 }
    expect(capacityFindings(short, measured([], { phases: [phase('inconclusive')] })).unknown).toEqual([
      { value: 'users', reason: { code: 'too-short', lengthMs: 2_000, requiredMs: 10_000 } },
    ])
  })

  test('is unknown with the verdict of the lowest rate when its run was invalid', () => {
    expect(capacityFindings(settings, measured([], { phases: [phase('invalid')] })).unknown).toMatchObject([
      { value: 'users', reason: { code: 'not-shown', rps: 60 } },
    ])
  })
})

describe('the scalability law', () => {
  test('is fitted to the throughput at each number of clients', () => {
    const points = [1, 2, 4, 8, 16, 32, 64].map((clients): UslPoint => {
      return { clients, rps: (20 * clients) / (1 + 0.05 * (clients - 1) + 0.002 * clients * (clients - 1)) }
    })
    const { usl, uslWhy } = capacityFindings(settings, measured([], { points }))
    expect(uslWhy).toBeNull()
    expect(usl?.gamma).toBeCloseTo(20, 6)
    expect(usl?.alpha).toBeCloseTo(0.05, 6)
  })

  test('is not fitted before the clients ran, and the findings say why', () => {
    expect(capacityFindings(settings, measured([]))).toMatchObject({
      usl: null,
      uslWhy: { code: 'few-points', points: 0 },
    })
  })
})

describe('the suite', () => {
  test('passes when the target serves the expected users, and refers to the highest rate held', () => {
    const { verdict, result, message } = conclude(held60, held80, missed100)
    expect(verdict).toBe('pass')
    expect(result).toBe(held80.result)
    expect(message).toBe('The target serves 160 users (200 are too many); 120 are expected.')
  })

  test('fails when the target serves fewer users, and refers to the lowest rate not held', () => {
    const { verdict, result, message } = conclude(missed60, held40)
    expect(verdict).toBe('fail')
    expect(result).toBe(missed60.result)
    expect(message).toBe('The target serves 80 users (120 are too many); 120 are expected.')
  })

  test('is inconclusive when the expected users lie inside the interval', () => {
    const { verdict, leaning, result } = conclude(held40, missed100)
    expect([verdict, leaning]).toEqual(['inconclusive', undefined])
    expect(result).toBe(held40.result)
  })

  test('needs no proof from the other end of the interval', () => {
    expect(conclude(held60, unproven(missed100)).verdict).toBe('pass')
    expect(conclude(unproven(held40), missed60).verdict).toBe('fail')
  })

  test.each([
    ['pass', runAt(60, { seconds: 8 })],
    ['fail', unproven(missed60)],
  ] as const)('leans to a %s that the deciding run did not prove', (leaning, run) => {
    expect(run).toMatchObject({ verdict: leaning, judged: { verdict: 'inconclusive' } })
    expect(conclude(run)).toMatchObject({ verdict: 'inconclusive', leaning })
  })

  test('refers to the last run when every run is undecided', () => {
    const undecided: OpenRun = { ...held60, verdict: 'inconclusive', judged: { verdict: 'inconclusive' } }
    const last = { ...undecided, result: held80.result }
    expect(conclude(undecided, last)).toMatchObject({ verdict: 'inconclusive' })
    expect(conclude(undecided, last).result).toBe(last.result)
  })
})
