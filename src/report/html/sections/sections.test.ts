import { describe, expect, test } from 'vitest'
import type { LimitsFindings, LimitTrial } from '../../../model/limits-findings.ts'
import type { RunRecord } from '../../../model/record.ts'
import {
  comparedRun,
  evenBatches,
  findings,
  judgedRun,
  made,
  pairsWith,
  recordOf,
  resultOf,
} from '../../../schemas/findings.builder.ts'
import { runView } from '../run-view.ts'
import { sections } from './registry.ts'

function shown(run: RunRecord): ReadonlyMap<string, string> {
  const view = runView(run, 0, false)
  return new Map(
    sections.flatMap((section) => {
      const content = section.render(view)
      return content === undefined ? [] : [[section.id, content.toString()] as const]
    }),
  )
}

const textOf = (markup: string | undefined): string => (markup ?? '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

const suites = ['limits', 'protocols', 'capacity', 'mcp-stress', 'scenarios', 'unit'] as const

describe('sections', () => {
  test('have different ids', () => {
    expect(new Set(sections.map(({ id }) => id)).size).toBe(sections.length)
  })

  test.each(suites)('show the findings of %s only for a run of that suite', (suite) => {
    const own = shown(recordOf(suite, [made], findings[suite]))
    expect(suites.filter((each) => own.has(each))).toEqual([suite])
    expect(own.get(suite)).toContain('<table>')
  })

  test.each(suites)('leave out %s if the run was interrupted', (suite) => {
    expect(shown(recordOf(suite, [made], null)).has(suite)).toBe(false)
  })

  test('show the rate that each phase achieved, as all other reports do', () => {
    const result = resultOf({ batches: evenBatches(20, 5, () => 10), phases: { ramp: [0, 10], stress: [10, 20] } })
    const figures = (name: string, achievedRps: number): object => ({ ...result.phases[name], achievedRps })
    const phases = { ramp: figures('ramp', 100), stress: figures('stress', 311) } as typeof result.phases
    const section = [...shown(recordOf('unit', [{ ...made, phases }], null)).values()].join('')
    expect(textOf(section)).toMatch(/ramp \d+ 100 .*stress \d+ 311 /)
  })

  test('show the limit with its trials, its lines and its bottleneck', () => {
    const trial: LimitTrial = {
      purpose: 'step',
      rate: 100,
      arrivals: 'uniform',
      durationMs: 2_000,
      verdict: 'pass',
      achievedRps: 100,
      p50Ms: 5,
      p99Ms: 12,
      errorRate: 0,
      inFlightGrowth: 0,
      reasons: [],
    }
    const found: LimitsFindings = {
      ...findings.limits,
      maxSustainableRps: 390,
      kneeRps: 300,
      trials: [trial, { ...trial, rate: 400, verdict: 'fail', p99Ms: 300 }],
    }
    const markup = shown(recordOf('limits', [made], found)).get('limits')
    expect(textOf(markup)).toContain('Line: service level 250 ms. Line: limit 390 req/s. Line: knee 300 req/s.')
    expect(markup?.match(/class="f-(?:pass|fail)" d="M1 0A/g)).toHaveLength(2)
    expect(textOf(markup)).toContain('step uniform 2 s 400 100 5.00 300 0% ✗ fail')
  })

  test('of many results show charts over time only of those that are long enough', () => {
    const charted = (durationMs: number, count: number): number =>
      shown(
        recordOf(
          'load',
          Array.from({ length: count }, () => ({ ...made, durationMs })),
          null,
        ),
      )
        .get('results')
        ?.match(/<figure class="chart" id="[^"]*-chart-1"/g)?.length ?? 0
    expect(charted(2_000, 4)).toBe(4)
    expect(charted(1_000, 4)).toBe(0)
    expect(charted(1_000, 1)).toBe(1)
  })

  test('say which results the comparison by percentile leaves out', () => {
    const histogram = resultOf({ batches: evenBatches(20, 5, () => 5) }).responseTime
    const many = (count: number): string => {
      const results = Array.from({ length: count }, () => ({ ...made, durationMs: 1, responseTime: histogram }))
      return textOf(shown(recordOf('load', results, null)).get('results'))
    }
    expect(many(12)).toContain('The last 8 of 12 results.')
    expect(many(8)).not.toContain('The last 8')
  })

  test('list the connections of every plan once', () => {
    const sized = (maxConnections: number): typeof made => ({ ...made, plan: { ...made.plan, maxConnections } })
    const text = textOf(shown(recordOf('load', [10, 200, 10].map(sized), null)).get('environment'))
    expect(text.match(/at most \d+ connections/g)).toEqual(['at most 10 connections', 'at most 200 connections'])
  })

  test('show the rates of journeys in their unit', () => {
    const walked = { ...made, journeys: { ...made, offeredRps: 10, achievedRps: 9.5 } }
    const text = textOf(shown(recordOf('load', [walked], null)).get('results'))
    expect(text).toContain('offered 10 journeys/s achieved 9.5 journeys/s achieved requests 80 req/s')
  })

  test('show statuses, batches, and why requests were dropped', () => {
    const result = {
      ...made,
      statuses: { 200: 950, 503: 10 },
      batching: { batchSize: 10, sentAs: 'message', messagesSent: 96 } as const,
      dropped: 4,
      droppedByReason: { overflow: 4 },
    }
    const markup = shown(recordOf('load', [result], null))
    expect(textOf(markup.get('results'))).toContain('Responses by status: 200: 950, 503: 10')
    expect(textOf(markup.get('results'))).toContain('Batches: 96 messages of 10 operations each')
    expect(textOf(markup.get('errors'))).toContain(
      '4 requests were dropped because all 20 connections were in use: raise maxConnections',
    )
  })

  test('show the requests that no result includes', () => {
    const sent = { protocol: 'http', operation: 'read', requests: 40 } as const
    const run = { ...recordOf('load', [made], null), unlisted: [{ ...sent, sentBy: 'warm-up' } as const] }
    expect(textOf(shown(run).get('unlisted'))).toContain('40 requests of warm-ups: 40 × read')
    expect(shown(recordOf('load', [made], null)).has('unlisted')).toBe(false)
  })

  test('show which phases of a capacity run were decided by others', () => {
    const [phase] = findings.capacity.phases
    if (phase === undefined) throw new Error('the findings have no phase')
    const inferred = { ...phase, name: 'normal', users: 500, decidedByUsers: 700 }
    const found = { ...findings.capacity, phases: [phase, inferred] }
    expect(textOf(shown(recordOf('capacity', [made], found)).get('capacity'))).toContain(
      'The run of phase &quot;normal&quot; proved nothing; 700 users met the SLA, so 500 met it as well.',
    )
  })

  test('show what would prove an expectation', () => {
    const [scenario] = findings.scenarios.scenarios
    if (scenario === undefined) throw new Error('the findings have no scenario')
    const expectations = [{ text: 'fast', verdict: 'inconclusive', observed: '9 ms', advice: 'run for 20 s' } as const]
    const found = { ...findings.scenarios, scenarios: [{ ...scenario, expectations }] }
    expect(textOf(shown(recordOf('scenarios', [made], found)).get('scenarios'))).toContain('fast: 9 ms; run for 20 s')
  })

  test('show what the probes of a stressed MCP server called', () => {
    const found = { ...findings['mcp-stress'], probeCalls: { 'tools/call echo': 12 } }
    expect(textOf(shown(recordOf('mcp-stress', [made], found)).get('mcp-stress'))).toContain(
      'Calls that the probes made in addition to their runs: 12 × tools/call echo.',
    )
  })

  test('show each check of the unit suite with the counts of its server', () => {
    expect(textOf(shown(recordOf('unit', [made], findings.unit)).get('unit'))).toContain(
      'constant pattern patterns ✓ pass 200 requests 200 requests',
    )
  })

  test('show the law of a capacity run, its points and the recommended size', () => {
    const markup = shown(recordOf('capacity', [made], findings.capacity)).get('capacity')
    expect(textOf(markup)).toContain('instances cores each memory each')
    expect(markup).toContain('class="s-c1"')
    expect(markup?.match(/class="f-c2" d/g)).toHaveLength(findings.capacity.usl?.points.length ?? 0)
  })

  test('show bars of protocols that were compared', () => {
    const [first] = findings.protocols.ranking
    if (first === undefined) throw new Error('the findings have no protocol')
    const ranking = [first, { ...first, protocol: 'http' }]
    const markup = shown(recordOf('protocols', [made], { ...findings.protocols, ranking })).get('protocols')
    expect(textOf(markup)).toContain('Highest rate that met the service level')
    expect(textOf(shown(recordOf('protocols', [made], findings.protocols)).get('protocols'))).not.toContain('Rates')
  })

  describe('of a comparison', () => {
    const excluded = { code: 'foreign-load', side: 'candidate', moreCores: 0.71 } as const
    const pairs = pairsWith(1.15, 9).map((pair, index) =>
      Object.assign({}, pair, index === 2 && { excluded }, {
        candidate: { ...pair.candidate, operations: { '<b>cart</b>': 30, list: 5 } },
        baseline: { ...pair.baseline, operations: { '<b>cart</b>': 20, list: 5 } },
      }),
    )
    const { result, verdicts } = judgedRun(comparedRun(pairs, { commit: '0123456789abcdef' }))
    const sectionOf = (change: Partial<RunRecord> = {}): string | undefined =>
      shown({ ...recordOf('load', [result], null), verdicts, ...change }).get('comparison')

    test('show the answer, the interval against the tolerance, and the distributions', () => {
      const markup = sectionOf() ?? ''
      const text = textOf(markup)
      expect(text).toContain('✗ fail Slower: mean response time +14.7%, above the tolerance of 5%.')
      expect(text).toContain('90% interval +14.1% to +15.3%; 8 pairs (1 more not counted)')
      expect(text).toContain('Baseline: commit 0123456789ab')
      expect(text).toContain('Line: tolerance 5%.')
      // The interval of the median, beside its estimate.
      expect(text).toContain('median +14.1% to +15.3% +14.7%')
      expect(markup.match(/<figure/g)).toHaveLength(3)
      expect(text).toContain('percentile candidate baseline')
    })

    test('show the pairs in their order, and why one does not count', () => {
      const text = textOf(sectionOf())
      expect(text).toContain(
        'Pair 3 does not count: other processes used 0.71 cores more than usual in the candidate&#39;s block.',
      )
      expect(text).toContain('3 candidate 11.8 10.2 +16.2% +15.0% 0%, 0% no')
      // The point of a pair that does not count has another colour.
      expect(sectionOf()?.match(/class="f-c7" d="M1 0A/g)).toHaveLength(1)
    })

    test('show the operation that changed most first, as text', () => {
      const markup = sectionOf() ?? ''
      expect(markup).not.toContain('<b>cart')
      expect(textOf(markup)).toMatch(/&lt;b&gt;cart&lt;\/b&gt; 30.6 ms, baseline 20.4 ms \+50.0% .* list 5.10 ms/)
    })

    test('say how the sides got their load', () => {
      const comparison = { ...result.comparison, mode: 'duet' } as NonNullable<
        RunRecord['results'][number]['comparison']
      >
      expect(textOf(sectionOf())).toContain('both sides got the same requests, one after the other.')
      expect(textOf(sectionOf({ results: [{ ...result, comparison }] }))).toContain(
        'the same requests, at the same time.',
      )
    })

    test('are left out without a comparison', () => {
      expect(sectionOf({ results: [made], verdicts: [] })).toBeUndefined()
    })

    test('do not draw what has no value', () => {
      const dead = pairsWith(1).map(({ baseline }) => ({ candidate: { ms: 10, failed: 350, cpuMs: null }, baseline }))
      const run = judgedRun(comparedRun(dead))
      const text = textOf(sectionOf({ results: [run.result], verdicts: run.verdicts }))
      expect(text).toContain('Fails more: the candidate failed 100% of its requests, the baseline 0%.')
      expect(text).not.toMatch(/NaN|Infinity|undefined/)
    })
  })

  describe('of a history', () => {
    const figures = (ms: number) => ({ p50: ms, p95: 2 * ms, p99: 3 * ms, mean: ms, CPU: null })
    const points = Array.from({ length: 12 }, (_, index) => ({
      startedAt: `2026-01-${String(index + 1).padStart(2, '0')}T00:00:00.000Z`,
      commit: `${index + 10}abcdef01234`,
      ...figures(index < 6 ? 10 : 12),
    }))
    const changes = [{ figure: 'p95', point: 6, beforeMs: 20, afterMs: 24 } as const]
    const trend = { test: '<i>cart</i>', points, changes, leftOut: 0 }
    const historyOf = (change: Partial<RunRecord>) =>
      shown({ ...recordOf('load', [made], null), ...change }).get('trends')

    test('show the figures over the commits, and at which one they changed', () => {
      const markup = historyOf({ trends: [trend] }) ?? ''
      expect(markup).not.toContain('<i>cart')
      const text = textOf(markup)
      expect(text).toContain('Line: 16abcde.')
      expect(text).toContain('changed at 16abcde (2026-01-07), after 15abcde: p95 20.0 → 24.0 ms (+20.0%)')
      expect(text).toContain('16abcde 36.0 24.0 12.0')
    })

    test('say that nothing changed', () => {
      expect(textOf(historyOf({ trends: [{ ...trend, changes: [] }] }))).toContain('No lasting change.')
    })

    test('have no chart of two runs, and nothing without a history', () => {
      expect(historyOf({ trends: [{ ...trend, points: points.slice(0, 2), changes: [] }] })).not.toContain('<figure')
      expect(historyOf({})).toBeUndefined()
    })
  })
})
