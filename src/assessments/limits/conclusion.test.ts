import { describe, expect, it } from 'vitest'
import { openOutcome, saturation } from '../../judge/analysis/trial.builder.ts'
import { evenBatches, resultOf } from '../../judge/result.builder.ts'
import type { MeasuredTrial, TrialOutcome } from '../../judge/analysis/limit-trial.ts'
import type { LimitsFindings } from '../../model/limits-findings.ts'
import { foundLimit as found } from '../../model/limits-findings.builder.ts'
import { limitsConclusion } from './conclusion.ts'
import { bottleneckEvidence } from '../../wording/bottleneck.ts'

const open = { ...found, maxSustainableRps: null }

describe('the suite is', () => {
  it.each([
    [
      'green for a limit',
      found,
      undefined,
      'pass',
      'The limit is 390 req/s: the target sustained it, but not 414 req/s.',
    ],
    [
      'green for a limit at the required rate',
      found,
      390,
      'pass',
      'The limit is 390 req/s: the target sustained it, but not 414 req/s.',
    ],
    [
      'red for a lower one',
      found,
      414,
      'fail',
      'The limit is 390 req/s: the target sustained it, but not 414 req/s. That is less than the 414 req/s required by LOAD_MIN_RPS (minRps).',
    ],
    [
      'inconclusive for a required rate between the two',
      found,
      400,
      'inconclusive',
      'The limit is 390 req/s: the target sustained it, but not 414 req/s. Whether it holds the 400 req/s required by LOAD_MIN_RPS (minRps) is not shown.',
    ],
    [
      'green at the ceiling',
      { ...open, interval: [777, null], ended: 'ceiling' },
      700,
      'pass',
      'No limit up to 777 req/s, the ceiling of the search (LOAD_MAX_RPS, LOAD_RATE, maxRps).',
    ],
    [
      'inconclusive at a ceiling below the required rate',
      { ...open, interval: [500, null], ended: 'ceiling' },
      600,
      'inconclusive',
      'No limit up to 500 req/s, the ceiling of the search (LOAD_MAX_RPS, LOAD_RATE, maxRps). Whether it holds the 600 req/s required by LOAD_MIN_RPS (minRps) was not tested.',
    ],
    [
      'inconclusive when the generator reached its limit first',
      { ...open, interval: [8_000, null], ended: 'generator' },
      700,
      'inconclusive',
      'The limit is above 8 000 req/s: the generator reached its limit first.',
    ],
    [
      'inconclusive when the generator confirmed nothing',
      { ...open, interval: [null, null], confirmed: false, ended: 'generator' },
      undefined,
      'inconclusive',
      'No limit of the target was found: the generator reached its limit first and confirmed no rate.',
    ],
    [
      'red when no rate held',
      { ...open, interval: [null, 50], confirmed: false, ended: 'failing' },
      undefined,
      'fail',
      'No rate met the service level: none of 0 trials up to 0 req/s passed.',
    ],
    [
      'inconclusive when the search reached its time limit',
      { ...open, interval: [50, 80], confirmed: false, ended: 'budget' },
      undefined,
      'inconclusive',
      'The search reached its time limit before it confirmed a rate.',
    ],
  ] satisfies [string, LimitsFindings, number | undefined, string, string][])(
    '%s',
    (_, findings, minRps, verdict, message) => {
      expect(limitsConclusion({ findings, measured: [] }, minRps)).toMatchObject({ verdict, message })
    },
  )
})

describe('the verdict refers to', () => {
  const measured = (outcome: TrialOutcome): MeasuredTrial => ({
    outcome,
    result: resultOf({ batches: evenBatches(1, 1, () => 10) }),
  })
  const trials = [
    measured(openOutcome('step', 390)),
    measured(openOutcome('hold', 390)),
    measured(saturation(390)),
    measured(openOutcome('refute', 414)),
  ]

  it('the last open run at the lower end of the interval', () => {
    expect(limitsConclusion({ findings: found, measured: trials }, undefined).result).toBe(trials[1]?.result)
  })

  it('the last run when no rate held', () => {
    const findings: LimitsFindings = { ...open, interval: [null, 50], confirmed: false, ended: 'failing' }
    expect(limitsConclusion({ findings, measured: trials }, undefined).result).toBe(trials[3]?.result)
  })
})

it('lists the notes, the recommendation and the bottleneck with its evidence', () => {
  const findings: LimitsFindings = {
    ...found,
    bottleneck: { resource: 'target-cpu', evidence: [bottleneckEvidence({ code: 'nothing-full' })] },
  }
  expect(limitsConclusion({ findings, measured: [] }, undefined).lines).toEqual([
    'Plan for 312 req/s (80% of the sustained rate), confirmed with Poisson arrivals, which form clusters like those of real users.',
    "Bottleneck: the target's CPU (target-cpu).",
    'no monitored resource was full',
  ])
})
