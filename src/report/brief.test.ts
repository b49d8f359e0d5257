import { expect, test } from 'vitest'
import { briefLines } from './brief.ts'
import { environment, recordOf } from './run-record.builder.ts'
import { runRecords } from './run-records.ts'

test('counts the verdicts of all runs in one line, with the file that contains them', () => {
  const loads = [
    { test: 'a', record: recordOf() },
    { test: 'b', record: recordOf({ suite: 'limits' }) },
  ]
  const paths = ['reports/test_summary.txt', 'reports/verdicts.json']
  expect(briefLines({ runs: runRecords(loads, environment), paths })).toEqual([
    'load verdicts: 2 fail → reports/verdicts.json',
  ])
})

test('prints nothing for a run without verdicts', () => {
  const loads = [{ test: 'a', record: recordOf({ verdicts: [] }) }]
  expect(briefLines({ runs: runRecords(loads, environment), paths: [] })).toEqual([])
})
