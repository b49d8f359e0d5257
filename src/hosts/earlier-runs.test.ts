import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { RunRecord } from '../model/record.ts'
import { readEarlierRuns } from './earlier-runs.ts'
import { environment, recordOf } from '../report/run-record.builder.ts'
import { runRecords } from '../report/run-records.ts'

const folder = mkdtempSync(join(tmpdir(), 'earlier-runs-'))
afterAll(() => rmSync(folder, { recursive: true }))

function runOf(suite: string, startedAt: string, name = suite): RunRecord {
  const [run] = runRecords([{ test: suite, record: recordOf({ suite }) }], environment)
  if (run === undefined) throw new Error('the record has no results')
  return { ...run, startedAt, name }
}

test('returns the runs of other suites, newest first, and skips what is not usable', () => {
  const write = (file: string, content: unknown): void => writeFileSync(join(folder, file), JSON.stringify(content))
  write('a.json', runOf('limits', '2026-11-01T00:00:00.000Z'))
  write('b.json', {
    schema: 1,
    suite: 'scenarios',
    runs: ['x', 'y'].map((name) => runOf('scenarios', '2026-11-03', name)),
  })
  write('c.json', runOf('capacity', '2026-11-02T00:00:00.000Z'))
  write('d.json', { another: 'program' })
  writeFileSync(join(folder, 'e.json'), '{')
  const files = ['a.json', 'b.json', 'c.json', 'd.json', 'e.json', 'missing.json']
  const isUsable = (run: RunRecord): boolean => run.results !== undefined
  const found = readEarlierRuns(folder, files, [runOf('limits', '2026-11-04')], isUsable)
  expect(found.map(({ suite, name }) => [suite, name])).toEqual([
    ['scenarios', 'x'],
    ['scenarios', 'y'],
    ['capacity', 'capacity'],
  ])
})
