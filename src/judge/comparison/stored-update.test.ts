import { describe, expect, test } from 'vitest'
import type { Environment, RunRecord } from '../../model/record.ts'
import type { LoadResult } from '../../model/result.ts'
import type { VerdictValue } from '../../model/verdict.ts'
import { writtenResult } from '../../model/written-result.ts'
import { baselineOf, machine, runOf, storedRuns } from './baseline.builder.ts'
import { readBaseline } from './stored-file.ts'
import { updatedBaseline, type UpdateMode } from './stored-update.ts'

/** Returns the record of a test run, as a file of results contains it. */
function recordOf(result: LoadResult, verdict?: VerdictValue, environment: Environment = machine): RunRecord {
  return {
    schema: 1,
    suite: 'load',
    name: 'load',
    startedAt: result.startedAt,
    durationMs: result.durationMs,
    environment,
    target: result.target.url,
    results: [writtenResult(result)],
    verdicts:
      verdict === undefined
        ? []
        : [{ result: 0, test: 'a case', matcher: 'toNotRegressFrom', verdict, message: verdict }],
    findings: null,
  }
}

function store(before: ReturnType<typeof baselineOf> | undefined, record: RunRecord, mode: UpdateMode = 'save') {
  return updatedBaseline(before, [record], { modeOf: () => mode, isAsked: () => true })
}

describe('a baseline', () => {
  test('starts with the first run, and can be read', () => {
    const { baseline, outcomes } = store(undefined, recordOf(runOf(10, 1)))
    expect(outcomes).toEqual([{ test: 'a case', runs: 1 }])
    const written: unknown = JSON.parse(JSON.stringify(baseline))
    expect(readBaseline(written, 'baseline.json').tests['a case']?.[0]?.responseTime.p50Ms).toBeCloseTo(10, 0)
  })

  test('grows with each run, and keeps the newest 20', () => {
    let baseline = store(undefined, recordOf(runOf(10, 1))).baseline
    for (let day = 2; day <= 25; day++) baseline = store(baseline, recordOf(runOf(10, day))).baseline
    expect(baseline.tests['a case']).toHaveLength(20)
    expect(baseline.tests['a case']?.[0]?.startedAt).toBe('2026-01-06T00:00:00.000Z')
  })

  test('keeps the runs of other machines', () => {
    const stored = baselineOf(storedRuns([10, 10, 10]))
    const other = recordOf(runOf(5, 20), undefined, { ...machine, cpus: 64 })
    for (const mode of ['save', 'update'] as const) {
      const { baseline, outcomes } = store(stored, other, mode)
      expect(baseline.tests['a case']).toHaveLength(4)
      expect(outcomes).toEqual([{ test: 'a case', runs: 1 }])
    }
  })

  test('update replaces the runs of this machine, also those with another plan', () => {
    const { baseline } = store(
      baselineOf(storedRuns([10, 10])),
      recordOf(runOf(20, 20, { plan: { rate: 99 } })),
      'update',
    )
    expect(baseline.tests['a case']?.map(({ plan }) => plan.rate)).toEqual([99])
  })

  test('accepts a slower run only by update', () => {
    const stored = baselineOf(storedRuns([10, 10]))
    const slower = recordOf(runOf(20, 20), 'fail')
    expect(store(stored, slower)).toEqual({
      baseline: stored,
      outcomes: [
        {
          test: 'a case',
          leftOut: 'it is slower than the stored runs (describe-load baseline update accepts it)',
        },
      ],
    })
    expect(store(stored, slower, 'update').outcomes).toEqual([{ test: 'a case', runs: 1 }])
  })

  test.each([
    ['interrupted', runOf(10, 20, { rest: { ended: 'interrupted' } }), undefined, 'the run was interrupted'],
    ['invalid', runOf(10, 20), 'invalid', 'its verdict is invalid: see the message of the test'],
    [
      'without successes',
      runOf(10, 20, { batches: [{ responsesMs: [], errors: { connect: 9 } }] }),
      undefined,
      'no request succeeded',
    ],
    ['known', runOf(10, 1), undefined, 'it is stored already: run the test again'],
  ] as const)('leaves out a run that is %s', (_, result, verdict, leftOut) => {
    const stored = baselineOf(storedRuns([10]))
    for (const mode of ['save', 'update'] as const) {
      expect(store(stored, recordOf(result, verdict), mode).outcomes).toEqual([{ test: 'a case', leftOut }])
    }
  })

  test('takes only the tests that were asked for', () => {
    const { baseline, outcomes } = updatedBaseline(undefined, [recordOf(runOf(10, 1))], {
      modeOf: () => 'save',
      isAsked: (name) => name.includes('other'),
    })
    expect({ tests: baseline.tests, outcomes }).toEqual({ tests: {}, outcomes: [] })
  })
})

describe('a file that is no baseline', () => {
  const good = baselineOf(storedRuns([10]))

  test.each([
    ['a list', [], 'it has no baseline of describe-load'],
    ['a result', runOf(10, 1), 'it has no baseline of describe-load'],
    [
      'of a later version',
      { ...good, schema: 2 },
      'its format has version 2, and this version of describe-load reads version 1',
    ],
    ['without tests', { ...good, tests: null }, 'it has no tests'],
    ['with a damaged run', { ...good, tests: { a: [{ startedAt: 'x' }] } }, 'the runs of "a" are damaged'],
  ])('is rejected: %s', (_, content, issue) => {
    expect(() => readBaseline(content, 'baseline.json')).toThrow(
      expect.objectContaining({
        code: 'ERR_LOAD_BASELINE',
        message: `baseline.json is not a usable baseline: ${issue}\n    → restore it from version control, or delete it and write it again: describe-load baseline save`,
      }),
    )
  })
})
