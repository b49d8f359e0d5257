import { describe, expect, test } from 'vitest'
import type { Artifact } from '../model/record.ts'
import { findings, made, recordOf as runOf } from '../schemas/findings.builder.ts'
import { artifacts } from './index.ts'
import { renderArtifacts, type RenderedFile, type UnrenderedFile } from './render.ts'
import { environment, recordOf } from './run-record.builder.ts'
import { runRecords } from './run-records.ts'
import type { TestedLoad } from './run-records.ts'

function filesOf(...loads: readonly TestedLoad[]): Map<string, string> {
  const files = renderArtifacts(runRecords(loads, environment), artifacts)
  return new Map([...files].map((file) => [file.fileName, textOf(file)]))
}

function textOf(file: RenderedFile | UnrenderedFile): string {
  if ('error' in file) throw file.error
  return file.text
}

describe('artifacts', () => {
  test('have separate files, and none without runs', () => {
    expect(new Set(artifacts.map(({ fileName }) => fileName)).size).toBe(artifacts.length)
    expect([...renderArtifacts([], artifacts)]).toEqual([])
  })

  test('writes custom load tests completely to load_test_results.json', () => {
    const files = filesOf({ test: 'a', record: recordOf() })
    expect(files.has('test_summary.txt')).toBe(true)
    expect(files.has('limits_test.json')).toBe(false)
    const envelope: unknown = JSON.parse(files.get('load_test_results.json') ?? '')
    expect(envelope).toEqual(runRecords([{ test: 'a', record: recordOf() }], environment)[0])
    expect(Object.keys(envelope as object)).toEqual(
      expect.arrayContaining(
        'schema suite startedAt durationMs environment target results verdicts findings'.split(' '),
      ),
    )
  })

  test('writes one call of a suite as its record, and two as a list of the same records', () => {
    const one = { test: 'shop', record: recordOf({ suite: 'limits', findings: 1 }) }
    const two = { test: 'cart', record: recordOf({ suite: 'limits', findings: 2 }) }
    const json = (...loads: readonly TestedLoad[]): unknown =>
      JSON.parse(filesOf(...loads).get('limits_test.json') ?? '')
    expect(json(one)).toMatchObject({ suite: 'limits', findings: 1 })
    expect(json(one, two)).toEqual({ schema: 1, suite: 'limits', runs: [json(one), json(two)] })
  })

  test('writes the summary of several runs as one text', () => {
    const text = filesOf(
      { test: 'a', record: recordOf() },
      { test: 'shop', record: recordOf({ suite: 'limits' }) },
    ).get('test_summary.txt')
    expect(text).toContain('Load tests\n')
    expect(text).toContain('limits: shop\n')
  })

  test('passes all runs at once to a custom artifact', () => {
    const csv: Artifact = {
      fileName: 'runs.csv',
      render: (runs) =>
        ['suite,name,results', ...runs.map((run) => [run.suite, run.name, run.results.length])].join('\n'),
    }
    const loads = [
      { test: 'a', record: recordOf() },
      { test: 'b', record: recordOf() },
      { test: 'shop', record: recordOf({ suite: 'limits' }) },
    ]
    expect([...renderArtifacts(runRecords(loads, environment), [csv])]).toEqual([
      { fileName: 'runs.csv', text: 'suite,name,results\nload,load,2\nlimits,shop,1' },
    ])
  })

  test('renders an artifact only when its file is asked for, and the others if it throws', () => {
    const rendered: string[] = []
    const error = new Error('broken')
    const named = (fileName: string): Artifact => ({
      fileName,
      render: () => {
        rendered.push(fileName)
        if (fileName === 'b') throw error
        return 'text'
      },
    })
    const files = renderArtifacts([runOf('load', [made], null)], ['a', 'b', 'c'].map(named))
    expect(files.next().value).toEqual({ fileName: 'a', text: 'text' })
    expect(rendered).toEqual(['a'])
    expect([...files]).toEqual([
      { fileName: 'b', error },
      { fileName: 'c', text: 'text' },
    ])
  })

  test('every text report starts with the same head', () => {
    const runs = Object.entries(findings).map(([suite, found]) => runOf(suite, [made], found))
    const texts = [...renderArtifacts(runs, artifacts)].filter(({ fileName }) => fileName.endsWith('.txt'))
    const heads = texts.map((file) => `${file.fileName}\n${textOf(file).split('\n\n')[0] ?? ''}`)
    expect(heads.join('\n\n')).toMatchInlineSnapshot(`
      "capacity_report.txt
      ================================================================================
      capacity
      ================================================================================
      started   2026-01-01 00:00:00 UTC, took 1 s
      target    http://127.0.0.1:3000/
      machine   node 24.0.0, Linux, 2 CPUs, 1 024 MB
      result    The target serves 700 users (more were not tried); 1 000 are expected.

      limits_report.txt
      ================================================================================
      limits
      ================================================================================
      started   2026-01-01 00:00:00 UTC, took 1 s
      target    http://127.0.0.1:3000/
      machine   node 24.0.0, Linux, 2 CPUs, 1 024 MB
      result    The limit is above 390 req/s: the generator reached its limit first.

      mcp_stress_report.txt
      ================================================================================
      mcp-stress
      ================================================================================
      started   2026-01-01 00:00:00 UTC, took 1 s
      target    http://127.0.0.1:3000/
      machine   node 24.0.0, Linux, 2 CPUs, 1 024 MB
      result    Health is excellent (MCP 2025-11-25 over http): every phase was
                  healthy, including stress; no probe applied.

      protocol_report.txt
      ================================================================================
      protocols
      ================================================================================
      started   2026-01-01 00:00:00 UTC, took 1 s
      target    http://127.0.0.1:3000/
      machine   node 24.0.0, Linux, 2 CPUs, 1 024 MB
      result    Only tcp was measured (mcp skipped).

      scenario_summary.txt
      ================================================================================
      scenarios
      ================================================================================
      started   2026-01-01 00:00:00 UTC, took 1 s
      target    http://127.0.0.1:3000/
      machine   node 24.0.0, Linux, 2 CPUs, 1 024 MB
      result    1 of 1 scenario met the service level.

      test_summary.txt
      ================================================================================
      Load tests
      ================================================================================
      started   2026-01-01 00:00:00 UTC, took 1 s
      target    http://127.0.0.1:3000/
      machine   node 24.0.0, Linux, 2 CPUs, 1 024 MB
      result    0 fail, 0 invalid, 0 inconclusive, 1 pass"
    `)
  })
})
