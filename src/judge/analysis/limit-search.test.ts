import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { degradationOf } from './degradation.ts'
import { baseBursts } from './limit-bursts.ts'
import { nextTrial, type SearchOptions } from './limit-search.ts'
import { isOpenTrial, type SearchEnd, type Trial, type TrialOutcome } from './limit-trial.ts'
import { judgeTrial } from './trial-verdict.ts'
import { openOutcome, saturation } from './trial.builder.ts'
import { seeded, tryOn, type VirtualServer } from './virtual-server.fixture.ts'
import { trialReason } from '../../wording/trial-reasons.ts'

const slo = { p99Ms: 250, errorRate: 0.01 }
const options: SearchOptions = { slo, maxRps: 2_000, pool: 100, budgetMs: 60_000 }

interface Search {
  readonly end: SearchEnd
  readonly history: readonly TrialOutcome[]
  readonly tookMs: number
}

function search(
  server: VirtualServer,
  { seed = 1, ...changed }: Partial<SearchOptions> & { seed?: number } = {},
): Search {
  return searchBy(attemptsOn(server, seed), { ...options, ...changed })
}

/** Returns a function that runs trials on one server. */
function attemptsOn(server: VirtualServer, seed = 1): (trial: Trial) => TrialOutcome {
  const random = seeded(seed)
  let calmMs: number | undefined
  return (trial) => {
    const outcome = judgeTrial(trial, tryOn(trial, { server, random, sloMs: slo.p99Ms, calmMs }), slo)
    calmMs ??= outcome.serviceMs ?? undefined
    return outcome
  }
}

function searchBy(attempt: (trial: Trial) => TrialOutcome, by: SearchOptions): Search {
  const history: TrialOutcome[] = []
  for (;;) {
    const next = nextTrial(history, by)
    if (next.purpose === 'done')
      return { end: next, history, tookMs: history.reduce((sum, { tookMs }) => sum + tookMs, 0) }
    history.push(attempt(next))
    if (history.length > 60) throw new Error('the search does not end')
  }
}

/** Outcome of a passing trial. */
function passing(trial: Trial): TrialOutcome {
  if (trial.purpose === 'saturate') return { ...saturation(1_000), trial }
  const rate = isOpenTrial(trial) ? trial.rate : 0
  return { ...openOutcome('step', rate), trial, tookMs: trial.durationMs }
}

describe('the search on a server of known capacity', () => {
  it.each([
    { capacity: 80, servers: 4 },
    { capacity: 190, servers: 4 },
    { capacity: 205, servers: 4 },
    { capacity: 400, servers: 4 },
    { capacity: 1_500, servers: 6 },
  ])('finds $capacity req/s within 4% in less than a minute, and refutes more', ({ capacity, servers }) => {
    const { end, tookMs } = search({ servers, serviceMs: (1_000 * servers) / capacity, jitterMs: 1 })
    expect(end).toMatchObject({ ended: 'found', confirmed: true })
    expect((end.low ?? 0) / capacity).toBeGreaterThan(0.96)
    expect((end.low ?? 0) / capacity).toBeLessThanOrEqual(1.01)
    expect((end.high ?? 0) / capacity).toBeGreaterThan(1)
    expect((end.high ?? 0) / capacity).toBeLessThan(1.05)
    expect(tookMs).toBeLessThan(60_000)
  })

  it.each([
    { capacity: 80, servers: 4 },
    { capacity: 400, servers: 4 },
    { capacity: 1_500, servers: 6 },
  ])('finds $capacity req/s within 5% although throughput collapses beyond it', ({ capacity, servers }) => {
    const collapsing = { servers, serviceMs: (1_000 * servers) / capacity, collapsesAbove: 12 * servers }
    const { end, history, tookMs } = search(collapsing)
    const saturated = history.filter(({ trial }) => trial.purpose === 'saturate')
    expect((saturated[0]?.achievedRps ?? 0) / capacity).toBeLessThan(0.7)
    expect((saturated[1]?.achievedRps ?? 0) / capacity).toBeGreaterThan(0.98)
    expect(degradationOf(history)).toBe('collapse')
    expect(end).toMatchObject({ ended: 'found', confirmed: true })
    expect((end.low ?? 0) / capacity).toBeGreaterThan(0.95)
    expect((end.low ?? 0) / capacity).toBeLessThan(1.05)
    expect(tookMs).toBeLessThan(60_000)
  })

  it('finds a limit of 37 req/s, below the first step', () => {
    const { end } = search({ servers: 1, serviceMs: 1_000 / 37 })
    expect(end).toMatchObject({ low: 35.83, high: 38.03, ended: 'found', confirmed: true })
  })

  it('holds a lower rate when one trial of a rate fails and the next one passes', () => {
    const attempt = attemptsOn({ servers: 4, serviceMs: 10 })
    let holds = 0
    const { end, history } = searchBy((trial) => {
      const outcome = attempt(trial)
      return trial.purpose === 'hold' && ++holds === 1
        ? {
            ...outcome,
            verdict: 'fail',
            reasons: [trialReason({ code: 'late-requests', lateShare: 0.1, limitMs: 250 })],
          }
        : outcome
    }, options)
    expect(history.flatMap(({ trial, verdict }) => (trial.purpose === 'hold' ? [trial.rate, verdict] : []))).toEqual([
      390,
      'fail',
      390,
      'pass',
      382.2,
      'pass',
    ])
    expect(end).toMatchObject({ ended: 'found', low: 382.2, high: 414, confirmed: true })
  })

  it('goes down from a rate that failed twice, which is then the upper end', () => {
    const attempt = attemptsOn({ servers: 4, serviceMs: 10 })
    const { end } = searchBy((trial) => {
      const outcome = attempt(trial)
      return trial.purpose === 'hold' && trial.rate > 389 ? { ...outcome, verdict: 'fail' } : outcome
    }, options)
    expect(end).toMatchObject({ low: 382.2, high: 390, confirmed: true, ended: 'found' })
  })

  it('goes down within a few trials when the steps passed by chance and the saturation shows nothing', () => {
    const { end, history } = searchBy((trial) => {
      const outcome = passing(trial)
      if (trial.purpose === 'saturate') return { ...saturation(100), trial }
      const isLucky = trial.purpose === 'step' && trial.rate <= 1_000
      return isOpenTrial(trial) && trial.rate > 700 && !isLucky ? { ...outcome, verdict: 'fail' } : outcome
    }, options)
    expect(end.confirmed).toBe(true)
    expect(end.low ?? 0).toBeGreaterThanOrEqual(500)
    expect(end.high ?? 0).toBeGreaterThan(700)
    expect(history.length).toBeLessThan(20)
  })

  // The true limits come from a simulation of the queue over a million requests.
  it.each<{ name: string; server: VirtualServer; truth: number }>([
    { name: 'exponential', server: { servers: 4, serviceMs: 20, service: 'exponential' }, truth: 190.5 },
    { name: 'lognormal', server: { servers: 4, serviceMs: 20, service: 'lognormal', sigma: 0.5 }, truth: 197.3 },
    { name: 'wide lognormal', server: { servers: 4, serviceMs: 10, service: 'lognormal', sigma: 1 }, truth: 384 },
  ])('finds an interval of ±10% that contains the limit of $name service', ({ server, truth }) => {
    const searches = [11, 22, 33, 44, 55, 66, 77, 88].map((seed) => search(server, { seed }))
    const contains = searches.filter(({ end: { low, high } }) => (low ?? truth) < truth && truth < (high ?? 0))
    expect(contains.length).toBeGreaterThanOrEqual(7)
    for (const { end, history, tookMs } of searches) {
      expect((end.high ?? Number.NaN) / (end.low ?? Number.NaN)).toBeLessThan(1.1 / 0.9)
      expect(degradationOf(history)).not.toBe('collapse')
      expect(tookMs).toBeLessThan(85_000)
    }
  })

  it('does not classify a stalling target as a collapse', () => {
    const stalling = { servers: 4, serviceMs: 10, pauses: { everyMs: 2_000, forMs: 100 } }
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const { history, end } = search(stalling, { seed })
      expect(degradationOf(history)).not.toBe('collapse')
      expect(end.low ?? 0).toBeGreaterThan(300)
    }
  })

  it.each([1, 2, 3, 4, 5, 6])('finds no rate for a target that pauses at every rate (seed %i)', (seed) => {
    const pausing = { servers: 4, serviceMs: 10, pauses: { everyMs: 5_000, forMs: 300 } }
    const { end, history } = search(pausing, { seed })
    expect(end).toMatchObject({ ended: 'bursts', low: null, high: null, recommendedRps: null })
    expect(baseBursts(history, slo)).toMatchObject({ rateRps: 50, seenAtRps: expect.arrayContaining([50]) })
  })

  it('does not treat the queue of a target with random service times as bursts', () => {
    const slow: VirtualServer = { servers: 4, serviceMs: 50, service: 'exponential' }
    for (const seed of [1, 2, 3]) expect(search(slow, { seed }).end.ended).not.toBe('bursts')
  })

  it('leaves the upper end open at its ceiling, which a full-length trial holds', () => {
    const { end, history } = search({ servers: 100, serviceMs: 5 }, { maxRps: 777 })
    expect(end).toEqual({
      purpose: 'done',
      low: 777,
      high: null,
      confirmed: true,
      recommendedRps: 621.6,
      ended: 'ceiling',
    })
    expect(history.some(({ trial }) => trial.purpose === 'saturate' || trial.purpose === 'recover')).toBe(false)
  })

  it('ends after the first step when the target responds to everything with an error', () => {
    const { end, history } = search({ servers: 4, serviceMs: 5, fails: true })
    expect(end).toMatchObject({ low: null, confirmed: false, recommendedRps: null, ended: 'failing' })
    expect(history).toHaveLength(1)
  })

  it('does not blame the target for a load that the generator failed to deliver twice', () => {
    const { end, history } = search({ servers: 100, serviceMs: 5, generatorRps: 900 })
    expect(end).toMatchObject({ low: 500, high: null, confirmed: true, ended: 'generator' })
    expect(history.filter(({ verdict }) => verdict === 'invalid').map(({ rate }) => rate)).toEqual([1_000, 1_000])
    expect(history.some(({ trial }) => trial.purpose === 'saturate')).toBe(false)
  })

  it('repeats a trial in which the generator was late once, and continues', () => {
    const attempt = attemptsOn({ servers: 4, serviceMs: 10 })
    const late = new Set(['step', 'hold', 'refute'])
    const { end } = searchBy((trial) => {
      const outcome = attempt(trial)
      return late.delete(trial.purpose) ? { ...outcome, verdict: 'invalid', isToolLimited: true } : outcome
    }, options)
    expect(end).toMatchObject({ ended: 'found', low: 390, high: 414, confirmed: true })
  })

  it('does not count a trial in which the generator was the limit as a failure of its rate', () => {
    const attempt = attemptsOn({ servers: 4, serviceMs: 10 })
    const seen = new Map<string, number>()
    const { end, history } = searchBy((trial) => {
      const outcome = attempt(trial)
      if (trial.purpose !== 'hold') return outcome
      const tries = (seen.get(trial.purpose) ?? 0) + 1
      seen.set(trial.purpose, tries)
      if (tries === 1) return { ...outcome, verdict: 'invalid', isToolLimited: true }
      return tries === 2 ? { ...outcome, verdict: 'fail' } : outcome
    }, options)
    // Invalid, failed, passed: two failures are needed, and the third trial contradicts the first failure.
    const holds = history.filter(({ trial, rate }) => trial.purpose === 'hold' && rate === 390)
    expect(holds.map(({ verdict }) => verdict)).toEqual(['invalid', 'fail', 'pass'])
    expect(end.low).toBeLessThan(390)
  })

  it('repeats a saturation during which the generator was stopped, and does not use its throughput', () => {
    const attempt = attemptsOn({ servers: 4, serviceMs: 10 })
    let stopped = 0
    const { end, history } = searchBy((trial) => {
      const outcome = attempt(trial)
      if (trial.purpose !== 'saturate' || stopped++ > 0) return outcome
      return { ...outcome, verdict: 'invalid', achievedRps: 230 }
    }, options)
    expect(history.filter(({ trial }) => trial.purpose === 'saturate')).toHaveLength(2)
    expect(end).toMatchObject({ ended: 'found', low: 390, high: 414, confirmed: true })
  })
})

describe('the trials', () => {
  const { history } = search({ servers: 4, serviceMs: 10 })

  it('step upward to the first overload, saturate, hold, refute, confirm, and check recovery', () => {
    expect(history.map(({ trial }) => `${trial.purpose}${'rate' in trial ? ` ${trial.rate}` : ''}`)).toEqual([
      'step 50',
      'step 200',
      'step 500',
      'saturate',
      'hold 390',
      'refute 414',
      'recommend 312',
      'recover',
    ])
  })

  it('hold a rate for 12 s, or for the 299 requests that prove a p99', () => {
    const slow = search({ servers: 1, serviceMs: 100 }).history
    const lengths = [history, slow].map((each) => each.find(({ trial }) => trial.purpose === 'hold')?.trial)
    expect(lengths[0]).toMatchObject({ rate: 390, durationMs: 12_000 })
    expect(lengths[1]).toMatchObject({ rate: 9.75, durationMs: Math.ceil((1.02 * 299_000) / 9.75) })
  })

  it('double the rate above 2000, and end with a step at the ceiling', () => {
    const { history: steps } = searchBy(passing, { ...options, maxRps: 9_000 })
    expect(steps.flatMap(({ trial }) => (trial.purpose === 'step' ? trial.rate : []))).toEqual([
      50, 200, 500, 1_000, 2_000, 4_000, 8_000, 9_000,
    ])
  })

  it('use uniform arrivals for a recommendation whose Poisson arrivals would exceed the ceiling', () => {
    const { history: tried } = search({ servers: 100, serviceMs: 5 }, { maxRps: 20 })
    expect(tried.findLast(({ trial }) => trial.purpose === 'recommend')?.trial).toMatchObject({
      rate: 16,
      arrivals: 'uniform',
    })
  })

  it('confirm a lower recommendation when 80% fails under Poisson arrivals', () => {
    const attempt = attemptsOn({ servers: 4, serviceMs: 10 })
    const { end } = searchBy((trial) => {
      const outcome = attempt(trial)
      return trial.purpose === 'recommend' && trial.rate > 300 ? { ...outcome, verdict: 'inconclusive' } : outcome
    }, options)
    expect(end.recommendedRps).toBe(253.5)
  })
})

describe('with any outcome of the trials', () => {
  const verdict = fc.constantFrom('pass', 'fail', 'inconclusive', 'invalid')

  it('the search ends, repeats no trial more than three times, and returns an ordered interval', () => {
    fc.assert(
      fc.property(
        fc.infiniteStream(fc.tuple(verdict, fc.double({ min: 0, max: 3_000, noNaN: true }), fc.boolean())),
        (says) => {
          const { end, history } = searchBy((trial) => {
            const [said, achievedRps, isToolOut] = says.next().value ?? ['fail', 0, false]
            const rate = isOpenTrial(trial) ? trial.rate : achievedRps
            const tried = isOpenTrial(trial) ? openOutcome('step', rate) : saturation(achievedRps)
            return { ...tried, trial, achievedRps, verdict: said, isToolLimited: isToolOut && said === 'invalid' }
          }, options)
          for (const { trial } of history) {
            const highest = trial.purpose === 'recover' ? trial.overloadRps : isOpenTrial(trial) ? trial.rate : 0
            expect(highest).toBeLessThanOrEqual(options.maxRps)
          }
          expect(end.low ?? 0).toBeLessThanOrEqual(end.high ?? Number.POSITIVE_INFINITY)
          expect(end.confirmed).toBe(end.low !== null && end.confirmed)
          const tries = Map.groupBy(history, ({ trial }) =>
            'rate' in trial
              ? `${trial.purpose} ${trial.rate}`
              : `${trial.purpose} ${'concurrency' in trial ? trial.concurrency : ''}`,
          )
          expect(Math.max(...[...tries.values()].map((same) => same.length))).toBeLessThanOrEqual(3)
        },
      ),
      { numRuns: 300 },
    )
  })
})
