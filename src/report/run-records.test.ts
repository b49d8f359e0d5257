import { describe, expect, test } from 'vitest'
import { environment, recordOf, resultOf } from './run-record.case.ts'
import { runRecords } from './run-records.ts'

describe('the runs that artifacts are made of', () => {
  test('all load tests of a user become one run, whose verdicts still find their results', () => {
    const [run, ...others] = runRecords(
      [
        { test: 'a', record: recordOf({ results: [resultOf(), resultOf()] }) },
        { test: 'b', record: recordOf({ results: [resultOf({ startedAt: '2026-11-23T17:31:00.000Z' })] }) },
      ],
      environment,
    )
    expect(others).toEqual([])
    expect(run).toMatchObject({ suite: 'load', name: 'load', durationMs: 90_000, target: 'http://127.0.0.1:3000/' })
    expect(run?.results).toHaveLength(3)
    expect(run?.verdicts.map(({ result }) => result)).toEqual([0, 2])
  })

  test('a suite called twice is two runs, unless both go by the same name: then the later one stands', () => {
    const limits = (suiteName: string, findings: number) => ({
      test: `test ${findings}`,
      record: recordOf({ suite: 'limits', suiteName, findings }),
    })
    const runs = runRecords([limits('shop', 1), limits('cart', 2), limits('shop', 3)], environment)
    expect(runs.map(({ name, findings }) => [name, findings])).toEqual([
      ['shop', 3],
      ['cart', 2],
    ])
  })

  test('a suite without a name of its own goes by its test', () => {
    const [run] = runRecords([{ test: 'shop > holds', record: recordOf({ suite: 'limits' }) }], environment)
    expect(run?.name).toBe('shop > holds')
  })

  test('a test that never got to its traffic is not in them', () => {
    expect(runRecords([{ test: 'a', record: { results: [], verdicts: [] } }], environment)).toEqual([])
  })

  test('secrets are out of every text', () => {
    const result = resultOf({ target: { url: 'http://u:hunter2@127.0.0.1/', pids: [], samples: [] } })
    const runs = runRecords([{ test: 'a', record: recordOf({ results: [result] }) }], environment)
    expect(JSON.stringify(runs)).not.toContain('hunter2')
  })
})
