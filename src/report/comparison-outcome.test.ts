import { describe, expect, test } from 'vitest'
import { comparedRun, judgedRun, pairsWith, recordOf } from '../schemas/findings.builder.ts'
import { comparisonLines, comparisonOutcome, outcomeEvidence, outcomeSentence } from './comparison-outcome.ts'
import { jobSummary } from './github/job-summary.ts'
import { resultsTable } from './results-table.ts'
import { summary } from './summary.ts'
import { testFigures } from './test-figures.ts'

type Run = ReturnType<typeof comparedRun>

function sentenceOf(run: Run, tolerance?: number): string {
  const { verdicts } = judgedRun(run, tolerance === undefined ? {} : { tolerance })
  const outcome = comparisonOutcome(run, verdicts)
  return outcome === undefined ? 'none' : outcomeSentence(outcome)
}

const excluded = { code: 'steal', side: 'baseline', moreRatio: 0.2 } as const
const disturbed = pairsWith(1, 9).map((pair, index) => Object.assign({}, pair, index < 4 && { excluded }))
const halfDead = pairsWith(1, 9).map(({ candidate, baseline }, index) =>
  index < 5
    ? { candidate, baseline }
    : {
        candidate,
        baseline: { ...baseline, failed: 350 },
        excluded: { code: 'baseline-failed', errorRate: 1 } as const,
      },
)
const failing = (candidate: number, baseline: number) =>
  pairsWith(0.5).map((pair) => ({
    candidate: { ...pair.candidate, failed: candidate },
    baseline: { ...pair.baseline, failed: baseline },
  }))

describe('the sentence about a comparison', () => {
  test.each([
    [pairsWith(1.15), 'Slower: mean response time +15.0%, above the tolerance of 5%.'],
    [pairsWith(1.008), 'Not slower: mean response time +0.8%, within the tolerance of 5%.'],
    [pairsWith(1.03, 20, 0.3), 'Not decided: median response time +1.8%, tolerance 5%.'],
    [failing(35, 0), 'Fails more: the candidate failed 10% of its requests, the baseline 0%.'],
    [failing(0, 300), 'No valid comparison: the candidate failed 0% of its requests, the baseline 85.7%.'],
    [disturbed, 'No valid comparison: 4 of 9 pairs were disturbed.'],
    [halfDead, 'No valid comparison: the baseline failed 44.4% of its requests.'],
  ])('case %#', (pairs, sentence) => {
    expect(sentenceOf(comparedRun(pairs))).toBe(sentence)
  })

  test('is about the tolerance of the assertion', () => {
    expect(sentenceOf(comparedRun(pairsWith(1.15)), 0.3)).toBe(
      'Not slower: mean response time +15.0%, within the tolerance of 30%.',
    )
  })

  test('is about the operation that decides', () => {
    const pairs = pairsWith(1.008).map(({ candidate, baseline }) => ({
      candidate: { ...candidate, operations: { list: 10, cart: 14 } },
      baseline: { ...baseline, operations: { list: 10, cart: 10 } },
    }))
    const { result, verdicts } = judgedRun(comparedRun(pairs), { operations: true })
    const outcome = comparisonOutcome(result, verdicts)
    expect(outcome && outcomeSentence(outcome)).toMatch(
      /^(?:Slower|Not decided): (?:mean|median) response time of operation "cart" \+40\.0%/,
    )
  })

  test('is about the tolerance of the plan if nothing was asserted of response times', () => {
    const run = comparedRun(pairsWith(1.15))
    const outcome = comparisonOutcome(run, [])
    expect(outcome).toMatchObject({ verdict: 'fail', tolerance: 0.05 })
    expect(outcome && outcomeEvidence(outcome)).toBe(
      '11.7 ms, baseline 10.2 ms; 90% interval +14.4% to +15.6%; 8 pairs',
    )
  })

  test('has no figures that JSON cannot contain', () => {
    const dead = comparedRun(failing(350, 0))
    expect(JSON.parse(JSON.stringify(dead.comparison.changes))).toEqual(dead.comparison.changes)
    const outcome = comparisonOutcome(dead, [])
    expect(dead.comparison.changes[0]).toMatchObject({ candidate: null, baseline: 10, ratio: null })
    expect(outcome && outcomeEvidence(outcome)).toBe('8 pairs')
  })
})

describe('the text reports', () => {
  const judged = judgedRun(comparedRun(pairsWith(1.15)))

  test('have an entry with the comparison', () => {
    expect(comparisonLines(judged.result, judged.verdicts, 2).join('\n')).toMatchInlineSnapshot(`
      "  compared  Slower: mean response time +15.0%, above the tolerance of 5%.
                  11.7 ms, baseline 10.2 ms; 90% interval +14.4% to +15.6%; 8 pairs
                  CPU per request of the target 1.15 ms, baseline 1.00 ms (+15.0%)"
    `)
    expect(comparisonLines({ ...judged.result, name: 'other' }, [], 2)).toHaveLength(1)
  })

  test('show it in the summary file, in the terminal, and in its table', () => {
    const run = { ...recordOf('load', [judged.result], null), verdicts: judged.verdicts }
    const tested = { ...run, tests: [{ test: 'cart', state: 'failed', results: [0] } as const] }
    expect(summary.render([run])).toContain('compared  Slower: mean response time +15.0%')
    const record = { results: [judged.result], verdicts: [] }
    expect(testFigures({ test: 'cart', record }, false).join('\n')).toContain('compared  Slower: mean')
    expect(resultsTable([tested], 80).map(({ text }) => text)).toMatchInlineSnapshot(`
      [
        "load test       rate  p50 ms  p95 ms  p99 ms  errors  change  verdict",
        "cart       400 req/s    10.0    10.0    10.0      0%  +15.0%  fail",
      ]
    `)
  })

  test('show it in the summary of a job', () => {
    const run = { ...recordOf('load', [judged.result], null), verdicts: judged.verdicts }
    expect(jobSummary([run], { paths: [] })).toContain(
      '❌ Slower: mean response time +15.0%, above the tolerance of 5%. | +14.4% to +15.6% | 11.7 ms, baseline 10.2 ms | +15.0% | 0%, baseline 0% | 8 of 8 |',
    )
    const { comparison: _, ...alone } = judged.result
    expect(jobSummary([{ ...run, results: [alone], verdicts: [] }], { paths: [] })).not.toContain('baseline')
  })
})
