import { describe, expect, test } from 'vitest'
import type { Doubt } from '../model/doubt.ts'
import { foundLimit } from '../model/limits-findings.builder.ts'
import type { LimitsFindings, LimitTrial } from '../model/limits-findings.ts'
import { bottleneckEvidence } from '../wording/bottleneck.ts'
import { doubt } from '../wording/doubts.ts'
import { trialReason } from '../wording/trial-reasons.ts'
import { limitsReport } from './limits-report.ts'
import { environment, recordOf, resultOf } from './run-record.builder.ts'
import { runRecords } from './run-records.ts'

function trial(purpose: LimitTrial['purpose'], rate: number, change: Partial<LimitTrial> = {}): LimitTrial {
  return {
    purpose,
    rate,
    arrivals: 'uniform',
    durationMs: 2_000,
    verdict: 'pass',
    achievedRps: rate,
    p50Ms: 11,
    p99Ms: 15,
    errorRate: 0,
    inFlightGrowth: 0,
    reasons: [],
    ...change,
  }
}

const late = trialReason({ code: 'schedule-lag', lagMs: 80, allowedMs: 10 })

const found: LimitsFindings = {
  ...foundLimit,
  bottleneck: {
    resource: 'target-cpu',
    evidence: [bottleneckEvidence({ code: 'thread-full', cpuPercent: 98, processes: 1, busiestPercent: 98 })],
  },
  trials: [
    trial('step', 50),
    trial('step', 200),
    trial('step', 500, {
      verdict: 'fail',
      achievedRps: 396,
      p50Ms: 269,
      p99Ms: 514,
      reasons: [trialReason({ code: 'few-completed', completedShare: 0.79 })],
    }),
    trial('hold', 390, { durationMs: 12_000, p99Ms: 22 }),
    trial('refute', 414, {
      durationMs: 7_100,
      verdict: 'fail',
      p50Ms: 181,
      p99Ms: 288,
      reasons: [trialReason({ code: 'requests-piled-up', inFlightGrowth: 0.033 })],
    }),
    trial('recommend', 312, { arrivals: 'poisson', durationMs: 8_000, p99Ms: 28 }),
  ],
  saturation: { concurrency: 100, completionsRps: 400, p50Ms: 250, p99Ms: 252 },
}

/** Joins the lines of a text, so that a test can search for sentences. */
function flat(text: string | undefined): string {
  return (text ?? '').replace(/\s+/g, ' ')
}

function report(findings: unknown, doubts: readonly Doubt[] = []): string | undefined {
  const { generator } = resultOf()
  const record = recordOf({
    results: [resultOf({ generator: { ...generator, doubts } }), resultOf({ generator: { ...generator, doubts } })],
    suite: 'limits',
    findings,
  })
  const [run] = runRecords([{ test: 'limits', record }], environment)
  return run && limitsReport.render([run])
}

test('reports a limit on one self-contained page', () => {
  expect(report(found, [doubt({ code: 'foreign-load', cpuPercent: 90 })])).toMatchInlineSnapshot(`
    "================================================================================
    limits
    ================================================================================
    started   2026-11-23 17:30:00 UTC, took 30 s
    target    http://127.0.0.1:3000/
    machine   node 24.21.0, Linux 6.1.0, 2 CPUs, 7 936 MB, commit 0123456789ab
    result    The limit is 390 req/s: the target sustained it, but not 414 req/s.

    Plan for 312 req/s (80% of the sustained rate), confirmed with Poisson arrivals,
      which form clusters like those of real users.

    setup
    -----
    level     p99 response time at most 250 ms, at most 1% of the requests failed
    request   GET /cart
    seed      8f2c1e

    confidence
    ----------
    The target sustained 390 req/s for 12 s (p99 22.0 ms), which confirms this rate.
    The target did not sustain 414 req/s: requests piled up: 3.3% of the arrivals
      remained in flight.
    The limit lies between these two rates, which are 6.15% apart.
    Doubt in 2 of 2 runs: foreign-load: other processes used 90% of a core; stop
      them, or run the load test alone

    bottleneck
    ----------
    Bottleneck: the target's CPU (target-cpu).
    - the target used 98% of a core in one process, which is the maximum for one
      thread

    beyond the limit
    ----------------
    Degradation: cliff (throughput stays constant, latency jumps). With 100 requests
      always in flight, the target completed 400 req/s.
    Recovery: 1.8 s after a 2 s overload, at half of the sustained rate.

    steps
    -----
    steps     50, 200, 500 req/s, up to the first that failed
    stable    200 req/s
    degrades  500 req/s
    fails     500 req/s
    knee      390 req/s

    trials
    ------
    trial     arrivals     for    req/s  achieved   p50 ms   p99 ms  failed verdict
    step      uniform      2 s       50        50     11.0     15.0      0% pass
    step      uniform      2 s      200       200     11.0     15.0      0% pass
    step      uniform      2 s      500       396      269      514      0% fail
    hold      uniform     12 s      390       390     11.0     22.0      0% pass
    refute    uniform    7.1 s      414       414      181      288      0% fail
    recommend poisson      8 s      312       312     11.0     28.0      0% pass

    - 500 req/s (step): only 79% of the arrivals completed in time
    - 414 req/s (refute): requests piled up: 3.3% of the arrivals remained in flight

    p99 by rate (logarithmic)
    -------------------------
          50 req/s ########                              |         15.0 ms
         200 req/s ########                              |         15.0 ms
         390 req/s ############                          |         22.0 ms
         414 req/s ######################################|##       288 ms
         500 req/s ######################################|######## 514 ms
                                                         | 250 ms, the service level

    recommendations
    ---------------
    Profile the target under this load, or give it more cores or instances.
    "
  `)
})

test('reports what was not found, with the reason', () => {
  const text = flat(
    report({
      ...found,
      maxSustainableRps: null,
      interval: [8_000, null],
      recommendedRps: null,
      stableRps: null,
      degradationPointRps: null,
      failurePointRps: null,
      kneeRps: null,
      degradation: 'none-seen',
      bottleneck: {
        resource: 'generator',
        evidence: [bottleneckEvidence({ code: 'not-delivered', rateRps: 16_000, reason: late })],
      },
      recovery: { recovered: null, recoverMs: null },
      trials: [trial('step', 8_000), trial('step', 16_000, { verdict: 'invalid', reasons: [late] })],
      saturation: null,
      ended: 'generator',
    } satisfies LimitsFindings),
  )
  expect(text).toContain('The limit is above 8 000 req/s: the generator reached its limit first.')
  expect(text).toContain('The limit has no upper bound: no tested rate was shown to be too high.')
  expect(text).toContain('Bottleneck: the generator.')
  expect(text).toContain('stable not found: no step passed')
  expect(text).toContain('Recovery: not measured')
  expect(text).toContain('Run the generator on a separate machine')
})

describe('an interrupted search', () => {
  const cut = (findings: Partial<LimitsFindings>): string =>
    flat(
      report({
        ...found,
        maxSustainableRps: null,
        confirmed: false,
        interval: [null, null],
        recommendedRps: null,
        trials: [trial('step', 50), trial('step', 200)],
        ended: 'interrupted',
        ...findings,
      }),
    )

  test('reports what passed until then', () => {
    const text = cut({})
    expect(text).toContain(
      'The search was interrupted before it confirmed a rate: short trials passed up to 200 req/s.',
    )
    expect(text).toContain('No rate is recommended: the search was interrupted before it confirmed one.')
    expect(text).toContain('steps 50, 200 req/s, until the interruption')
    expect(text).not.toMatch(/time limit|sustained none/)
  })

  test('reports a confirmed rate and a refuted one', () => {
    expect(cut({ interval: [200, 500], confirmed: true, maxSustainableRps: 200 })).toContain(
      'The search was interrupted: until then, the target sustained 200 req/s, and 500 req/s was not sustained.',
    )
    expect(cut({ trials: [trial('step', 50, { verdict: 'invalid' })] })).toContain(
      'The search was interrupted before any rate passed.',
    )
  })
})

test('breaks lines at 80 columns', () => {
  const long = { ...late, message: 'a reason that goes on and on, '.repeat(9) }
  const text = report({
    ...found,
    trials: [...found.trials, trial('bisect', 123_456, { reasons: [long], verdict: 'fail' })],
  })
  expect(Math.max(...(text ?? '').split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
})

test('renders nothing for other runs', () => {
  expect(report(null)).toBeUndefined()
  expect(limitsReport.render(runRecords([{ test: 'own', record: recordOf() }], environment))).toBeUndefined()
})
