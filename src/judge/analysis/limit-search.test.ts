import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextTrial, type SearchOptions } from './limit-search.ts'
import { isOpenTrial, type SearchEnd, type Trial, type TrialOutcome } from './limit-trial.ts'
import { judgeTrial } from './trial-verdict.ts'
import { seeded, tryOn, type VirtualServer } from './virtual-server.case.ts'

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
  const random = seeded(seed)
  return searchBy((trial) => judgeTrial(trial, tryOn(server, trial, random, slo.p99Ms), slo), {
    ...options,
    ...changed,
  })
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

/** What comes of a trial that all goes well in. */
function passing(trial: Trial): TrialOutcome {
  const rate = isOpenTrial(trial) ? trial.rate : 0
  const figures = { achievedRps: rate, p50Ms: 1, p99Ms: 2, errorRate: 0, inFlightGrowth: 0 }
  return { trial, rate, tookMs: trial.durationMs, verdict: 'pass', ...figures, reasons: [], toolRanOut: false }
}

describe('the search on a server of known capacity', () => {
  it.each([
    { capacity: 80, servers: 4 },
    { capacity: 190, servers: 4 },
    { capacity: 205, servers: 4 },
    { capacity: 400, servers: 4 },
    { capacity: 1_500, servers: 6 },
  ])('finds $capacity req/s within 3% in less than a minute, and refutes more', ({ capacity, servers }) => {
    const { end, tookMs } = search({ servers, serviceMs: (1_000 * servers) / capacity, jitterMs: 1 })
    expect(end).toMatchObject({ ended: 'found', confirmed: true })
    expect((end.low ?? 0) / capacity).toBeGreaterThan(0.97)
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
    const saturated = history.find(({ trial }) => trial.purpose === 'saturate')
    expect((saturated?.achievedRps ?? 0) / capacity).toBeLessThan(0.7)
    expect(end).toMatchObject({ ended: 'found', confirmed: true })
    expect((end.low ?? 0) / capacity).toBeGreaterThan(0.95)
    expect((end.low ?? 0) / capacity).toBeLessThan(1.05)
    expect(tookMs).toBeLessThan(80_000)
  })

  it('finds 37 req/s, below its first step', () => {
    const { end } = search({ servers: 1, serviceMs: 1_000 / 37 })
    expect(end).toMatchObject({ low: 36.04, high: 38.26, ended: 'found', confirmed: true })
  })

  it('finds it although a stall of the machine fails the first hold', () => {
    const server = { servers: 4, serviceMs: 10 }
    let holds = 0
    const { end } = searchBy((trial) => {
      const outcome = judgeTrial(trial, tryOn(server, trial, seeded(1), slo.p99Ms), slo)
      return trial.purpose === 'hold' && ++holds === 1 ? { ...outcome, verdict: 'fail', reasons: ['a stall'] } : outcome
    }, options)
    expect(end).toMatchObject({ ended: 'found', low: 390, high: 414, confirmed: true })
    expect(holds).toBe(2)
  })

  it('stays close when the rate that seconds held is not held for long', () => {
    const collapsing = { servers: 4, serviceMs: 10, collapsesAbove: 48 }
    const { end, history } = searchBy((trial) => {
      const outcome = judgeTrial(trial, tryOn(collapsing, trial, seeded(1), slo.p99Ms), slo)
      return trial.purpose === 'hold' && trial.rate > 390 ? { ...outcome, verdict: 'fail' } : outcome
    }, options)
    expect(history.find(({ trial }) => trial.purpose === 'hold')).toMatchObject({ rate: 397.6, verdict: 'fail' })
    expect(end).toMatchObject({ low: 383.7, high: 397.6, confirmed: true, ended: 'found' })
  })

  it('goes down within a few trials when the steps passed by luck and saturation tells nothing', () => {
    const { end, history } = searchBy((trial) => {
      const outcome = passing(trial)
      if (trial.purpose === 'saturate') return { ...outcome, rate: 100, achievedRps: 100 }
      const isLucky = trial.purpose === 'step' && trial.rate <= 1_000
      return isOpenTrial(trial) && trial.rate > 700 && !isLucky ? { ...outcome, verdict: 'fail' } : outcome
    }, options)
    expect(end.confirmed).toBe(true)
    expect(end.low ?? 0).toBeGreaterThan(500)
    expect(end.high ?? 0).toBeGreaterThan(700)
    expect(history.length).toBeLessThan(20)
  })

  it('gives an interval near the capacity of a server with random service', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { end } = search({ servers: 4, serviceMs: 20, random: seeded(seed) }, { seed })
      expect(end.low ?? 0).toBeGreaterThan(150)
      expect(end.low ?? 0).toBeLessThan(220)
      expect(end.high ?? Number.NaN).toBeGreaterThan(end.low ?? 0)
    }
  })

  it('leaves the upper end open at its ceiling, which it holds in full length', () => {
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

  it('ends within seconds when nothing ever succeeds', () => {
    const { end, tookMs } = search({ servers: 4, serviceMs: 5, fails: true })
    expect(end).toMatchObject({ low: null, confirmed: false, recommendedRps: null, ended: 'failing' })
    expect(tookMs).toBeLessThan(15_000)
  })

  it('does not blame the target for a load that the tool could not make twice', () => {
    const { end, history } = search({ servers: 100, serviceMs: 5, generatorRps: 900 })
    expect(end).toMatchObject({ low: 500, high: null, confirmed: true, ended: 'generator' })
    expect(history.filter(({ verdict }) => verdict === 'invalid').map(({ rate }) => rate)).toEqual([1_000, 1_000])
    expect(history.some(({ trial }) => trial.purpose === 'saturate')).toBe(false)
  })

  it('repeats a trial in which the tool was late by accident, and goes on', () => {
    const late = new Set(['step', 'hold', 'refute'])
    const { end } = searchBy((trial) => {
      const outcome = judgeTrial(trial, tryOn({ servers: 4, serviceMs: 10 }, trial, seeded(1), slo.p99Ms), slo)
      return late.delete(trial.purpose) ? { ...outcome, verdict: 'invalid', toolRanOut: true } : outcome
    }, options)
    expect(end).toMatchObject({ ended: 'found', low: 390, high: 414, confirmed: true })
  })
})

describe('the trials', () => {
  const { history } = search({ servers: 4, serviceMs: 10 })

  it('step upward to the first overload, saturate, hold, refute, confirm, and see whether the target recovers', () => {
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

  it('hold for 12 s, or for the 299 requests that show a p99', () => {
    const slow = search({ servers: 1, serviceMs: 100 }).history
    const lengths = [history, slow].map((each) => each.find(({ trial }) => trial.purpose === 'hold')?.trial)
    expect(lengths[0]).toMatchObject({ rate: 390, durationMs: 12_000 })
    expect(lengths[1]).toMatchObject({ rate: 9.75, durationMs: Math.ceil((1.02 * 299_000) / 9.75) })
  })

  it('go on above 2000 by doubling, and the last step is the ceiling', () => {
    const { history: steps } = searchBy(passing, { ...options, maxRps: 9_000 })
    expect(steps.flatMap(({ trial }) => (trial.purpose === 'step' ? trial.rate : []))).toEqual([
      50, 200, 500, 1_000, 2_000, 4_000, 8_000, 9_000,
    ])
  })

  it('are recommended lower when 80% fails under Poisson arrivals', () => {
    const { end } = searchBy((trial) => {
      const outcome = judgeTrial(trial, tryOn({ servers: 4, serviceMs: 10 }, trial, seeded(1), slo.p99Ms), slo)
      return trial.purpose === 'recommend' && trial.rate > 300 ? { ...outcome, verdict: 'inconclusive' } : outcome
    }, options)
    expect(end.recommendedRps).toBe(253.5)
  })
})

describe('whatever the trials say', () => {
  const verdict = fc.constantFrom('pass', 'fail', 'inconclusive', 'invalid')

  it('the search ends, never tries the same thing more than three times, and its interval is one', () => {
    fc.assert(
      fc.property(
        fc.infiniteStream(fc.tuple(verdict, fc.double({ min: 0, max: 3_000, noNaN: true }), fc.boolean())),
        (says) => {
          const { end, history } = searchBy((trial) => {
            const [said, achievedRps, isToolOut] = says.next().value ?? ['fail', 0, false]
            const rate = isOpenTrial(trial) ? trial.rate : achievedRps
            return { ...passing(trial), rate, achievedRps, verdict: said, toolRanOut: isToolOut && said === 'invalid' }
          }, options)
          expect(end.low ?? 0).toBeLessThanOrEqual(end.high ?? Number.POSITIVE_INFINITY)
          expect(end.confirmed).toBe(end.low !== null && end.confirmed)
          const tries = Map.groupBy(history, ({ trial }) =>
            'rate' in trial ? `${trial.purpose} ${trial.rate}` : trial.purpose,
          )
          expect(Math.max(...[...tries.values()].map((same) => same.length))).toBeLessThanOrEqual(3)
        },
      ),
      { numRuns: 300 },
    )
  })
})
