import { validate } from 'ctrf'
import { expect, test } from 'vitest'
import type { TestOutcome } from '../../model/record.ts'
import { comparedRun, judgedRun, pairsWith } from '../../schemas/findings.builder.ts'
import { ctrf } from './ctrf.ts'
import { HOSTILE_NAME, runsOf } from './runs.builder.ts'

const VERDICTS = ['pass', 'fail', 'inconclusive', 'invalid'] as const

function reportOf(runs: Parameters<typeof ctrf.render>[0]): { results: { summary: object; tests: object[] } } {
  const [file] = ctrf.render(runs)
  return JSON.parse(file?.text ?? '') as ReturnType<typeof reportOf>
}

test('writes what the validator of CTRF accepts, also with a hostile name', () => {
  const report = reportOf(runsOf(VERDICTS.map((verdict) => ({ verdict, name: `${verdict} ${HOSTILE_NAME}` }))))
  expect(validate(report)).toMatchObject({ valid: true })
  expect(validate({ ...report, results: {} })).toMatchObject({ valid: false })
})

test('reports a test that failed because of a verdict as failed', () => {
  const { tests, summary } = reportOf(runsOf(VERDICTS.map((verdict) => ({ verdict, name: verdict })))).results
  expect(tests).toMatchObject([
    { name: 'pass', status: 'passed', rawStatus: 'pass' },
    { name: 'fail', status: 'failed', rawStatus: 'fail', message: 'fail: a\n  b', line: 9 },
    { name: 'inconclusive', status: 'failed', rawStatus: 'inconclusive' },
    { name: 'invalid', status: 'failed', rawStatus: 'invalid', filePath: 'shop.load.test.ts' },
  ])
  expect(summary).toMatchObject({ tests: 4, passed: 1, failed: 3, other: 0, skipped: 0, pending: 0 })
})

test('reports a test that failed by another assertion as failed although its verdict is a pass', () => {
  expect(reportOf(runsWith('failed', 'pass')).results.tests).toMatchObject([{ status: 'failed', rawStatus: 'pass' }])
})

test.each(['passed', undefined] as const)(
  'reports an inconclusive verdict of a test in state %s as "other"',
  (state) => {
    const { tests, summary } = reportOf(runsWith(state, 'inconclusive')).results
    expect(tests).toMatchObject([{ status: 'other', rawStatus: 'inconclusive' }])
    expect(summary).toMatchObject({ tests: 1, passed: 0, failed: 0, other: 1 })
  },
)

test('has the figures of a comparison, without its pairs', () => {
  const { result } = judgedRun(comparedRun(pairsWith(1.15)))
  const runs = runsOf([{ name: 'a', verdict: 'fail' }]).map((run) => Object.assign({}, run, { results: [result] }))
  const [first] = reportOf(runs).results.tests
  expect(first).toMatchObject({
    extra: { figures: [{ compared: { verdict: 'fail', tolerance: 0.05, errors: { isMore: false } } }] },
  })
  expect(JSON.stringify(first)).toContain('"metric":"p50"')
  expect(JSON.stringify(first)).not.toContain('"pairs"')
})

function runsWith(state: TestOutcome['state'], verdict: 'pass' | 'inconclusive'): Parameters<typeof ctrf.render>[0] {
  return runsOf([{ name: 'a', verdict }]).map((run) =>
    Object.assign({}, run, { tests: run.tests?.map((each) => Object.assign({}, each, { state })) }),
  )
}
