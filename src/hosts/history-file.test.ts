import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, test, expect } from 'vitest'
import { machine, runOf } from '../judge/comparison/baseline.builder.ts'
import type { RunRecord } from '../model/record.ts'
import { jobSummary } from '../report/github/job-summary.ts'
import { recordOf } from '../schemas/findings.builder.ts'
import { appendHistory, withTrends } from './history-file.ts'

function runAt(ms: number, day: number): RunRecord {
  const environment = { ...machine, commit: `${String(day).padStart(2, '0')}abcde0123` }
  return { ...recordOf('load', [runOf(ms, day)], null), environment, verdicts: [] }
}

function historyPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'describe-load-history-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'load-history.jsonl')
}

test('a run has the trend of its history, with itself as the newest point', () => {
  const path = historyPath()
  for (let day = 1; day <= 20; day++) appendHistory(path, [runAt((day < 11 ? 10 : 12) * (1 + 0.002 * (day % 3)), day)])
  const [run] = withTrends(path, [runAt(12, 21)])
  expect(run?.trends).toMatchObject([{ test: 'a case', leftOut: 0, points: { length: 21 } }])
  expect(run?.trends?.[0]?.points.at(-1)?.commit).toBe('21abcde0123')
  // The history itself is unchanged.
  expect(withTrends(path, [runAt(12, 21)])[0]?.trends?.[0]?.points).toHaveLength(21)
  expect(jobSummary([{ ...(run as RunRecord) }], { paths: [] })).toMatch(
    /- <code>a case<\/code> changed at 11abcde \(2026-01-11\), after 10abcde: p50 10\.0 → 12\.0 ms \(\+\d+(\.\d)?%\)/,
  )
})

test('the first run of a history has a trend of one point', () => {
  const [run] = withTrends(historyPath(), [runAt(10, 1)])
  expect(run?.trends).toMatchObject([{ points: { length: 1 }, changes: [] }])
  expect(jobSummary([run as RunRecord], { paths: [] })).not.toContain('History')
})

test('suites have no trends', () => {
  const [run] = withTrends(historyPath(), [{ ...runAt(10, 1), suite: 'limits' }])
  expect(run).not.toHaveProperty('trends')
})
