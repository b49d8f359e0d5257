import { describe, expect, test } from 'vitest'
import { eachWith, evenBatches, resultOf } from '../../judge/result.builder.ts'
import type { LoadResult } from '../../model/result.ts'
import type { ScenarioFinding, ScenariosFindings } from '../../model/scenarios-findings.ts'
import type { Sla } from '../../model/sla.ts'
import type { VerdictValue } from '../../model/verdict.ts'
import { scenarioFinding, scenariosConclusion, scenarioVerdicts } from './conclusion.ts'

const sla: Sla = { p99Ms: 310, errorRate: 0.1 }

/** A run at 20 req/s. */
function runFor(seconds: number, responseMs = 300): LoadResult {
  return resultOf({ batches: evenBatches(4 * seconds, 5, () => responseMs) })
}

function findingOf(result: LoadResult, index: number): ScenarioFinding {
  return scenarioFinding({ name: 'Steady', about: 'a steady rate' }, scenarioVerdicts(result, sla), index)
}

const results = [runFor(30), runFor(8), runFor(30, 400), runFor(2)]
const [met, likely, broken, open] = results.map(findingOf) as [
  ScenarioFinding,
  ScenarioFinding,
  ScenarioFinding,
  ScenarioFinding,
]

describe('an expectation of a scenario', () => {
  test('says why it is not proven, and what would prove it', () => {
    expect(likely.expectations[0]).toMatchObject({
      text: 'p99 response time below 310 ms',
      verdict: 'inconclusive',
      leaning: 'pass',
      reason: 'is not proven by 160 requests in 8 s',
      advice: expect.stringMatching(/^about .* more requests would decide \(duration: '/u),
    })
  })

  test('says how many requests it needs', () => {
    expect(open.expectations[0]).toMatchObject({
      verdict: 'inconclusive',
      leaning: 'none',
      advice: expect.stringMatching(/^about 260 more requests would decide \(duration: '/u),
    })
  })

  test('has no advice when it is proven', () => {
    expect(met.expectations[0]).toMatchObject({ verdict: 'pass' })
    expect(met.expectations[0]).not.toHaveProperty('advice')
  })
})

describe('a scenario', () => {
  test('meets the service level when every limit and the scheduled rate are met', () => {
    expect(met).toMatchObject({ name: 'Steady', about: 'a steady rate', verdict: 'pass', result: 0 })
    expect(met.expectations.map(({ text, verdict }) => [text, verdict])).toEqual([
      ['p99 response time below 310 ms', 'pass'],
      ['error rate below 10%', 'pass'],
      ['20 req/s sustained', 'pass'],
    ])
  })

  test('fails when it breaks one limit and meets the others', () => {
    expect(broken).toMatchObject({ verdict: 'fail', result: 2 })
    expect(broken).not.toHaveProperty('leaning')
    expect(broken.expectations.map(({ verdict }) => verdict)).toEqual(['fail', 'pass', 'pass'])
  })

  test('must sustain its scheduled rate, or the rate of its service level', () => {
    // Every second request stays in flight.
    const batches = eachWith(
      evenBatches(80, 5, () => 20),
      (i) => ({ arrivals: 10, inFlight: 5 * (i + 1) }),
    )
    expect(scenarioVerdicts(resultOf({ batches }), {}).map(({ verdict }) => verdict)).toEqual(['fail'])
    expect(scenarioVerdicts(runFor(30), { rps: 15 })).toMatchObject([{ claim: '15 req/s sustained', verdict: 'pass' }])
  })

  test('leans to the worst side of its inconclusive limits', () => {
    expect(likely).toMatchObject({ verdict: 'inconclusive', leaning: 'pass' })
    expect(open).toMatchObject({ verdict: 'inconclusive', leaning: 'none' })
  })
})

describe('the suite', () => {
  const skipped = [{ name: 'MCP', why: 'no target for mcp: set LOAD_TARGET_MCP' }]
  const of = (...scenarios: readonly ScenarioFinding[]): ScenariosFindings => ({ scenarios, skipped })

  test.each<[string, readonly ScenarioFinding[], VerdictValue, string | undefined, number]>([
    ['passes when every scenario does', [met], 'pass', undefined, 0],
    ['fails with one scenario', [met, likely, broken, open], 'fail', undefined, 2],
    ['is inconclusive when one scenario is and none fails', [met, likely], 'inconclusive', 'pass', 1],
    ['leans to the worst side', [likely, open], 'inconclusive', 'none', 3],
  ])('%s, and refers to the run that decides', (_, scenarios, verdict, leansTo, deciding) => {
    const conclusion = scenariosConclusion(of(...scenarios), results)
    expect([conclusion.verdict, conclusion.leaning]).toEqual([verdict, leansTo])
    expect(conclusion.result).toBe(results[deciding])
  })

  test('is invalid when no scenario has a target, and says why each was skipped', () => {
    expect(scenariosConclusion(of(), [])).toMatchObject({
      verdict: 'invalid',
      message: 'No scenario ran: none of them has a target.',
      lines: ['MCP was skipped: no target for mcp: set LOAD_TARGET_MCP'],
      result: undefined,
    })
  })
})
