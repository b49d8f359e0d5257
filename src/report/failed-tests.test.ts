import { expect, test } from 'vitest'
import type { RunRecord, TestOutcome } from '../model/record.ts'
import { runsOf } from './exports/runs.builder.ts'
import { pullRequestComment } from './exports/pull-request-comment.ts'
import { otherwiseFailed } from './failed-tests.ts'
import { reportPage } from './html/report-page.ts'
import { resultsTable } from './results-table.ts'
import { summary } from './summary.ts'

/** A test with a verdict that passes, and another assertion that failed. */
const failed = runsOf([{ name: 'shop > sells' }]).map(withFailedTests)

function withFailedTests(run: RunRecord): RunRecord {
  return {
    ...run,
    tests: run.tests?.map((outcome): TestOutcome => Object.assign({}, outcome, { state: 'failed' })) ?? [],
  }
}

test.each([
  ['passed', runsOf([{ name: 'a' }]), 0],
  ['failed by its verdict', runsOf([{ name: 'a', verdict: 'fail' }]), 0],
  ['failed otherwise', failed, 1],
])('a test that %s', (_, runs, count) => {
  expect(runs.flatMap(otherwiseFailed)).toHaveLength(count)
})

test('a test that failed otherwise is red in every report', () => {
  const page = reportPage(failed, [])
  expect(page).toContain('<h2 id="answer-title">A test failed</h2>')
  expect(page).toMatch(
    /The only check passed\. 1 test failed for another reason\.[^]*<strong>shop &gt; sells<\/strong>: the test/,
  )
  expect(resultsTable(failed, 140).map(({ text, verdict }) => [text.split(/ {2,}/).at(-1), verdict])).toEqual([
    ['verdict', null],
    ['failed', 'fail'],
  ])
  expect(summary.render(failed)).toMatch(/1 pass, 1 test failed for another\s+reason/)
  const [{ text } = { text: '' }] = pullRequestComment.render(failed)
  expect(text).toMatch(/^<!-- describe-load: red -->/)
  expect(text).toContain('❌ 1 test failed for another reason · ✅ 1 pass')
})
