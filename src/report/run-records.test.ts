import { describe, expect, test } from 'vitest'
import { environment, recordOf, resultOf } from './run-record.builder.ts'
import { runRecords } from './run-records.ts'

describe('the runs that artifacts are rendered from', () => {
  test('combines all custom load tests into one run, whose verdicts still refer to their results', () => {
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

  test('keeps two calls of a suite as two runs, or only the later one if they have the same name', () => {
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

  test('names a suite without a name after its test', () => {
    const [run] = runRecords([{ test: 'shop > holds', record: recordOf({ suite: 'limits' }) }], environment)
    expect(run?.name).toBe('shop > holds')
  })

  test('omits a test that sent no traffic and found nothing', () => {
    const none = { results: [], verdicts: [] }
    expect(runRecords([{ test: 'a', record: none }], environment)).toEqual([])
    expect(runRecords([{ test: 'a', record: { ...none, suite: 'x', findings: { probes: [] } } }], environment)).toEqual(
      [],
    )
  })

  test('keeps a suite without results that has findings, and why it ended early', () => {
    const record = {
      results: [],
      verdicts: [],
      suite: 'scenarios',
      findings: { scenarios: [{ name: 'Checkout' }] },
      concludedAt: '2026-11-23T17:30:00.000Z',
      endedEarly: 'interrupted by SIGINT',
    }
    const [run] = runRecords([{ test: 'a', record }], environment)
    expect(run).toMatchObject({
      suite: 'scenarios',
      startedAt: '2026-11-23T17:30:00.000Z',
      durationMs: 0,
      target: '',
      results: [],
      endedEarly: 'interrupted by SIGINT',
    })
  })

  test('removes secrets from every text', () => {
    const result = resultOf({ target: { url: 'http://u:hunter2@127.0.0.1/', pids: [], samples: [] } })
    const runs = runRecords([{ test: 'a', record: recordOf({ results: [result] }) }], environment)
    expect(JSON.stringify(runs)).not.toContain('hunter2')
  })
})
