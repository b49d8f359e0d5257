import { validate } from 'ctrf'
import { expect, test } from 'vitest'
import { ctrf } from './ctrf.ts'
import { HOSTILE_NAME, runsOf } from './runs.builder.ts'

const VERDICTS = ['pass', 'fail', 'inconclusive', 'invalid'] as const

function reportOf(runs: Parameters<typeof ctrf.render>[0]): { results: { summary: object; tests: object[] } } {
  const [file] = ctrf.render(runs)
  return JSON.parse(file?.text ?? '') as ReturnType<typeof reportOf>
}

test('the validator of CTRF accepts the report, also with a hostile name', () => {
  const report = reportOf(runsOf(VERDICTS.map((verdict) => ({ verdict, name: `${verdict} ${HOSTILE_NAME}` }))))
  expect(validate(report)).toMatchObject({ valid: true })
  expect(validate({ ...report, results: {} })).toMatchObject({ valid: false })
})

test('an inconclusive verdict is "other", an invalid one is a failure', () => {
  const { tests, summary } = reportOf(runsOf(VERDICTS.map((verdict) => ({ verdict, name: verdict })))).results
  expect(tests).toMatchObject([
    { name: 'pass', status: 'passed', rawStatus: 'pass' },
    { name: 'fail', status: 'failed', rawStatus: 'fail', message: 'fail: a\n  b', line: 9 },
    { name: 'inconclusive', status: 'other', rawStatus: 'inconclusive' },
    { name: 'invalid', status: 'failed', rawStatus: 'invalid', filePath: 'shop.load.test.ts' },
  ])
  expect(summary).toMatchObject({ tests: 4, passed: 1, failed: 2, other: 1, skipped: 0, pending: 0 })
})

test('a test that failed by another assertion is a failure although its verdict is a pass', () => {
  const runs = runsOf([{ name: 'a' }]).map((run) =>
    Object.assign({}, run, { tests: run.tests?.map((each) => Object.assign({}, each, { state: 'failed' })) }),
  )
  expect(reportOf(runs).results.tests).toMatchObject([{ status: 'failed', rawStatus: 'pass' }])
})
