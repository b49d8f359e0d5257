import { describe, expect, test } from 'vitest'
import { STRESS_PHASES } from '../../judge/analysis/mcp-health.ts'
import { resultOf, type BatchCase } from '../../judge/result.builder.ts'
import type { ProbeFinding } from '../../model/mcp-stress-findings.ts'
import type { LoadResult } from '../../model/result.ts'
import type { VerdictValue } from '../../model/verdict.ts'
import type { Conclusion } from '../suite.ts'
import { mcpStressConclusion, mcpStressFindings } from './conclusion.ts'

const BATCHES = 8

/** A run through all phases of 2 s each; `failed` of 20 requests fail in each batch of the baseline. */
function runThrough(failed: number, rest: Partial<LoadResult> = {}): LoadResult {
  const batches = STRESS_PHASES.flatMap(({ name }) =>
    Array.from({ length: BATCHES }, (): BatchCase => {
      const errors = name === 'baseline' ? failed : 0
      const responsesMs = Array.from({ length: 20 - errors }, () => 20)
      return errors === 0 ? { responsesMs } : { responsesMs, errors: { 'http-5xx': errors } }
    }),
  )
  const phases = STRESS_PHASES.map(({ name }, i) => [name, [BATCHES * i, BATCHES * (i + 1)]] as const)
  return resultOf({ batches, phases: Object.fromEntries(phases), rest })
}

const healthy = runThrough(0)
const poor = runThrough(2)

function finding(verdict: ProbeFinding['verdict']): ProbeFinding {
  return { name: `a probe: ${verdict}`, verdict, evidence: 'seen' }
}

function conclude(result: LoadResult, ...probes: readonly ProbeFinding['verdict'][]): Conclusion {
  return mcpStressConclusion(mcpStressFindings(result, probes.map(finding)), result)
}

describe('the findings', () => {
  test.each([
    ['mcp+http://127.0.0.1:3000/mcp', 'http'],
    ['mcp+https://127.0.0.1:3000/mcp', 'http'],
    ['mcp+ws://127.0.0.1:3000/', 'websocket'],
    ['mcp+wss://127.0.0.1:3000/', 'websocket'],
    ['mcp+tcp://127.0.0.1:3000', 'tcp'],
    ['mcp+stdio:node%20server.js', 'stdio'],
  ])('name the transport of %s: %s', (url, transport) => {
    expect(mcpStressFindings({ ...healthy, target: { ...healthy.target, url } }, []).transport).toBe(transport)
  })

  test('list the health of each phase, the classes of errors, and every probe', () => {
    const probes = [finding('pass'), finding('not-applicable')]
    const findings = mcpStressFindings(poor, probes)
    expect(findings).toMatchObject({ health: 'poor', protocolVersion: poor.protocolVersion, probes })
    expect(findings.phases.map(({ name, healthy: isHealthy }) => [name, isHealthy])).toContainEqual(['baseline', false])
    expect(findings.errorPatterns).toMatchObject([{ class: 'http-5xx', count: 2 * BATCHES, phases: ['baseline'] }])
  })

  test('are not changed by later probes', () => {
    const probes = [finding('pass')]
    const findings = mcpStressFindings(healthy, probes)
    probes.push(finding('fail'))
    expect(findings.probes).toHaveLength(1)
  })
})

describe('the suite', () => {
  test.each<[VerdictValue, string, LoadResult, readonly ProbeFinding['verdict'][]]>([
    ['pass', 'good health, and probes that pass or do not apply', healthy, ['pass', 'not-applicable']],
    ['fail', 'a failed probe', healthy, ['pass', 'fail', 'invalid']],
    ['invalid', 'a probe that could not run', healthy, ['pass', 'invalid']],
    ['fail', 'poor health', poor, ['pass']],
  ])('is %s for %s', (verdict, _, result, probes) => {
    expect(conclude(result, ...probes)).toMatchObject({ verdict, result })
  })

  const busy = { generator: { ...poor.generator, eventLoopUtilization: 0.96 } }

  test.each([
    ['the generator was busy', busy],
    ['the run was interrupted', { ended: 'interrupted' as const }],
  ])('does not fail for poor health when %s', (_, rest) => {
    expect(conclude(runThrough(2, rest), 'pass').verdict).toBe('invalid')
    expect(conclude(runThrough(2, rest), 'fail').verdict).toBe('fail')
  })

  test('states the health and the failed probes', () => {
    const { message, lines } = conclude(healthy, 'fail', 'pass', 'not-applicable')
    expect(message).toContain('Health is excellent')
    expect(message).toContain('1 of 2 probes found a fault')
    expect(lines).toContain('fail: a probe: fail: seen')
  })
})
