import { describe, expect, test } from 'vitest'

import type { CapacityFindings, UslFit } from '../model/capacity-findings.ts'
import {
  boundsSentence,
  buySentence,
  disagreementLines,
  inferredLines,
  phaseRow,
  recommendationSentence,
  unknownLines,
  unprovenLines,
  uslSentence,
} from './capacity-sentences.ts'
import { noUslFit } from '../wording/usl.ts'

const PEAKED: UslFit = {
  gamma: 99.8,
  alpha: 0.044,
  beta: 0.0022,
  intervals: {
    gamma: [97.6, 102],
    alpha: [0.038, 0.05],
    beta: [0.0021, 0.0024],
    peakClients: [20.2, 21.4],
    peakRps: [730, 761],
  },
  peakClients: 20.8,
  peakRps: 746,
  worstMiss: 0.01,
  points: [],
}

function sentence(usl: UslFit | null, uslWhy: CapacityFindings['uslWhy'] = null): string {
  return uslSentence({ usl, uslWhy } as CapacityFindings)
}

describe('the sentence about the Universal Scalability Law', () => {
  test('gives every parameter and the peak with their intervals', () => {
    expect(sentence(PEAKED)).toBe(
      'Universal Scalability Law: rate of one client γ 99.8 req/s (97.6–102), contention α 0.044 (0.038–0.05), ' +
        'coherency β 0.0022 (0.0021–0.0024); ' +
        'throughput peaks at 746 req/s (730–761) with 21 clients (20–21).',
    )
  })

  test('gives a lower bound where an interval has no upper end', () => {
    const intervals = { ...PEAKED.intervals, peakClients: [40, null] as const, peakRps: [700, null] as const }
    expect(sentence({ ...PEAKED, intervals })).toContain('(at least 700) with 21 clients (at least 40)')
  })

  const withoutPeak = { ...PEAKED, peakClients: null, peakRps: null }

  test('reports no peak where the interval of β contains 0', () => {
    const intervals = { ...PEAKED.intervals, beta: [0, 0.0001] as const, peakClients: null, peakRps: null }
    expect(sentence({ ...withoutPeak, beta: 0, intervals })).toContain(
      'β 0 (0–0.0001); the interval of β contains 0, so no peak is reported.',
    )
  })

  test('reports no peak where the law deviates from the measurement', () => {
    expect(sentence({ ...withoutPeak, worstMiss: 0.16 })).toContain(
      'the fit deviates from the measured throughputs by up to 16%, so no peak is reported.',
    )
  })

  test('says why there is no fit', () => {
    expect(sentence(null, noUslFit({ code: 'few-points', requiredPoints: 6, points: 1 }))).toBe(
      'The Universal Scalability Law was not fitted: the fit needs throughputs at 6 different numbers of clients, and this run has 1.',
    )
  })
})

test.each([
  [[1_600, 1_656], '1 600 users met the SLA, and 1 656 missed it: the limit lies between these numbers.'],
  [[1_600, null], '1 600 users met the SLA, and no higher number was shown to miss it.'],
  [[null, 1_656], '1 656 users missed the SLA, and no lower number was shown to meet it.'],
  [[null, null], 'No number of users was shown to meet or to miss the SLA.'],
] as const)('names the bounds %j of the limit', (usersInterval, text) => {
  expect(boundsSentence({ usersInterval } as unknown as CapacityFindings)).toBe(text)
})

describe('an unknown capacity', () => {
  const findings = {
    maxUsers: null,
    recommendedUsers: null,
    scalingFactor: null,
    sizing: { instances: null },
    unknown: [{ value: 'users', reason: { code: 'too-short', lengthMs: 2_000, requiredMs: 10_000 } }],
  } as unknown as CapacityFindings

  test('is reported with the duration that it needs', () => {
    expect(unknownLines(findings)).toEqual(['users: unknown, because a phase of 2 s is too short; use at least -d 10.'])
  })

  test('yields no recommendation, with the reason', () => {
    expect(recommendationSentence(findings)).toBe(
      'No number of users is recommended, because none was shown to meet the SLA.',
    )
    expect(buySentence(findings)).toBe(
      'No size is recommended, because the load that an instance can serve is unknown.',
    )
  })
})

test('names each number of users whose verdict is not proven', () => {
  expect(unprovenLines({ unprovenUsers: [1_600] } as unknown as CapacityFindings)).toEqual([
    'The verdict on 1 600 users is not proven: longer phases would decide (phaseMs, LOAD_DURATION).',
  ])
  expect(unprovenLines({ unprovenUsers: [1_600, 1_656] } as unknown as CapacityFindings)).toEqual([
    'The verdicts on 1 600 and 1 656 users are not proven: longer phases would decide (phaseMs, LOAD_DURATION).',
  ])
  expect(unprovenLines({} as CapacityFindings)).toEqual([])
})

test('says which run decided a phase that proved nothing', () => {
  const by = (name: string, users: number, decidedByUsers: number, shown: object): object => ({
    name,
    users,
    decidedByUsers,
    ...shown,
  })
  const phases = [
    by('baseline', 1_000, 1_600, { verdict: 'pass' }),
    by('1.2 × baseline', 1_200, 1_600, { verdict: 'pass' }),
    by('peak', 2_000, 1_800, { verdict: 'inconclusive', leaning: 'fail' }),
    { users: 3, verdict: 'pass' },
  ]
  expect(inferredLines({ phases } as unknown as CapacityFindings)).toEqual([
    'The runs of phases "baseline" and "1.2 × baseline" proved nothing; 1 600 users met the SLA, so 1 000 and 1 200 met it as well.',
    'The run of phase "peak" proved nothing; 1 800 users probably missed the SLA, so 2 000 probably missed it as well.',
  ])
})

test('shows the side that an unproven phase leans to', () => {
  const phase = { name: 'peak', users: 240, rate: 120, achievedRps: 120, p95Ms: 20, errorRate: 0, result: 0 } as const
  expect(phaseRow({ ...phase, verdict: 'inconclusive', leaning: 'pass' })).toEqual([
    'peak',
    'leans to pass',
    '240',
    '120',
    '120',
    '20.0',
    '0%',
  ])
  expect(phaseRow({ ...phase, verdict: 'inconclusive', leaning: 'none' })).toContain('inconclusive')
})

test('names each number of users about which runs disagree', () => {
  const findings = { disagreeingUsers: [900] } as unknown as CapacityFindings
  expect(disagreementLines(findings)).toEqual([
    '900 users missed the SLA in one run, although as many or more met it in another, so the maximum may be below or above that number.',
  ])
  expect(disagreementLines({} as CapacityFindings)).toEqual([])
})
