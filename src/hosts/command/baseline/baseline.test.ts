import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { machine, runOf } from '../../../judge/comparison/baseline.builder.ts'
import type { Baseline } from '../../../model/baseline.ts'
import type { RunRecord } from '../../../model/record.ts'
import { writeReports } from '../../write-reports.ts'
import { jsonText } from '../../../report/json-text.ts'
import { writtenRun } from '../../../report/json-artifact.ts'
import { baselineCommand } from './index.ts'

const before = process.cwd()
/** In place of a test run, a program that writes other results each time: those of `1.json`, `2.json`, and so on. */
const RUN = `import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
const run = existsSync('count') ? Number(readFileSync('count', 'utf8')) + 1 : 1
writeFileSync('count', String(run))
copyFileSync(run + '.json', 'reports/load_test_results.json')
process.exit(1)`
let folder = ''
let [out, err] = ['', '']

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'describe-load-baseline-'))
  process.chdir(folder)
  ;[out, err] = ['', '']
  vi.stubEnv('NO_COLOR', '1')
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true))
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  process.chdir(before)
  rmSync(folder, { recursive: true, force: true })
})

function recordOf(ms: number, day: number): RunRecord {
  const result = runOf(ms, day)
  return {
    schema: 1,
    suite: 'load',
    name: 'load',
    startedAt: result.startedAt,
    durationMs: result.durationMs,
    environment: machine,
    target: '',
    results: [result],
    verdicts: [],
    findings: null,
  }
}

/** Writes the results of a test run, as its reporter does. */
function reportRun(ms: number, day: number): void {
  mkdirSync('reports', { recursive: true })
  writeFileSync('reports/load_test_results.json', jsonText(writtenRun(recordOf(ms, day))))
}

function stored(): Baseline {
  return JSON.parse(readFileSync('baseline.json', 'utf8')) as Baseline
}

describe('describe-load baseline', () => {
  test('save adds the newest results, and show prints what they prove', () => {
    for (const [index, ms] of [10, 10.2, 9.9, 10.1].entries()) {
      reportRun(ms, index + 1)
      expect(baselineCommand(['save'])).toBe(0)
    }
    expect(stored().tests['a case']).toHaveLength(4)
    expect(out).toContain('stored    a case: 1 comparable run now; 3 more needed for a verdict')
    expect(out).toContain('stored    a case: 4 comparable runs now\n')
    out = ''
    expect(baselineCommand(['show'])).toBe(0)
    expect(out).toMatchInlineSnapshot(`
      "a case
        4 × AMD EPYC 7763 64-Core Processor, Linux 6.8.0-1021-azure, Node.js 24.11.0, describe-load 0.1.0
        GET /, constant, 10 s
        started              commit      p50 ms   p95 ms   p99 ms  mean ms   errors
        2026-01-01 00:00     0123456       10.0     11.0     11.0     10.0       0%
        2026-01-02 00:00     0123456       10.2     11.2     11.2     10.2       0%
        2026-01-03 00:00     0123456       9.90     10.9     10.9     9.90       0%
        2026-01-04 00:00     0123456       10.1     11.1     11.1     10.1       0%
        p50   varies by 1.29% in 4 sessions; with a tolerance of 10%, one new run on another day proves a rise of more than 15.7%
        p95   varies by 1.28% in 4 sessions; with a tolerance of 10%, one new run on another day proves a rise of more than 15.6%
        mean  varies by 1.28% in 4 sessions; with a tolerance of 10%, one new run on another day proves a rise of more than 15.6%

      "
    `)
  })

  test('save does not store the same run twice', () => {
    reportRun(10, 1)
    expect([baselineCommand(['save']), baselineCommand(['save'])]).toEqual([0, 3])
    expect(out).toContain('left out  a case: it is stored already: run the test again')
    expect(stored().tests['a case']).toHaveLength(1)
  })

  test('save names tests that a baseline cannot tell apart', () => {
    mkdirSync('reports')
    const [first, second] = [recordOf(10, 1), recordOf(50, 2)]
    const both = { ...first, results: [...first.results, ...second.results] }
    writeFileSync('reports/load_test_results.json', jsonText(writtenRun(both)))
    expect(baselineCommand(['save'])).toBe(0)
    expect(out).toContain('several results are named "a case", and count as runs of one test: rename the others')
  })

  test('update replaces the stored runs', () => {
    reportRun(10, 1)
    baselineCommand(['save', 'other.json'])
    reportRun(20, 2)
    expect(baselineCommand(['update', 'other.json'])).toBe(0)
    const { tests } = JSON.parse(readFileSync('other.json', 'utf8')) as Baseline
    expect(tests['a case']?.map(({ startedAt }) => startedAt)).toEqual(['2026-01-02T00:00:00.000Z'])
  })

  test('save --runs stores the results of each run of a command', () => {
    for (const day of [1, 2, 3]) {
      reportRun(10, 25_000 + day)
      const text = readFileSync('reports/load_test_results.json', 'utf8')
      writeFileSync(`${day}.json`, text)
    }
    writeFileSync('run.mjs', RUN)
    expect(baselineCommand(['save', '--runs', '3', '--', process.execPath, 'run.mjs'])).toBe(0)
    expect(stored().tests['a case']).toHaveLength(3)
  })

  test('update --runs replaces the stored runs although its first run is left out', () => {
    reportRun(10, 25_001)
    expect(baselineCommand(['save'])).toBe(0)
    for (const run of [1, 2, 3]) {
      reportRun(run === 1 ? 10 : 20, 25_000 + run)
      copyFileSync('reports/load_test_results.json', `${run}.json`)
    }
    writeFileSync('run.mjs', RUN)
    expect(baselineCommand(['update', '--runs', '3', '--', process.execPath, 'run.mjs'])).toBe(3)
    expect(out).toContain('left out  a case: it is stored already')
    expect(stored().tests['a case']).toHaveLength(2)
  })

  test('save --runs rejects a command that writes no results', () => {
    reportRun(10, 1)
    expect(baselineCommand(['save', '--', process.execPath, '--version'])).toBe(2)
    expect(err).toContain('the command wrote no new results to ')
    expect(baselineCommand(['save', '--', './no-such-command'])).toBe(2)
    expect(err).toContain('./no-such-command cannot be run')
  })

  test.each([
    [['save'], 'there are no results in '],
    [['shw'], 'unknown action shw: did you mean show?'],
    [['show'], 'baseline.json does not exist'],
    [['show', 'a', 'b'], 'name one file; unexpected: b'],
    [['history'], 'load-history.jsonl cannot be read'],
    [['save', '--runs', '0'], "--runs must be a whole number greater than 0, got '0'"],
    [['save', '--runs', '3'], '--runs needs the command to run'],
    [['show', '--', 'npm', 'test'], 'baseline show runs no command'],
    [['save', '--bogus'], "Unknown option '--bogus'"],
  ])('%j is a usage error', (words, message) => {
    expect(baselineCommand(words)).toBe(2)
    expect(err).toContain(`describe-load: ${message}`)
  })

  test.each([
    ['damaged', '{'],
    ['foreign', '{"runs": 5}'],
    ['of another format', '{"suite": "load", "results": {}}'],
  ])('save rejects a file of results that is %s', (_, text) => {
    mkdirSync('reports')
    writeFileSync('reports/load_test_results.json', text)
    expect(baselineCommand(['save'])).toBe(2)
    expect(err).toContain('load_test_results.json')
  })

  test('save keeps a damaged baseline as it is', () => {
    reportRun(10, 1)
    writeFileSync('baseline.json', '[]')
    expect(baselineCommand(['save'])).toBe(2)
    expect(err).toContain('baseline.json is not a usable baseline: it has no baseline of describe-load')
    expect(readFileSync('baseline.json', 'utf8')).toBe('[]')
  })

  test('--test takes only tests with this text in their name', () => {
    reportRun(10, 1)
    expect(baselineCommand(['save', '--test', 'cart'])).toBe(2)
    expect(err).toContain('no test name contains "cart"; the results have: a case')
    expect(baselineCommand(['save', '--test', 'case'])).toBe(0)
  })

  test('prints its help', () => {
    expect([baselineCommand([]), baselineCommand(['--help']), baselineCommand(['save', '-h'])]).toEqual([0, 0, 0])
    expect(out.split('describe-load baseline <save|update|show|history>')).toHaveLength(4)
  })
})

describe('a history', () => {
  test('grows with each report of load tests, and names the commit of a lasting change', () => {
    for (let day = 1; day <= 20; day++) {
      const result = runOf(day <= 12 ? 10 + 0.01 * day : 12 + 0.01 * day, day)
      writeReports([{ test: 'a case', record: { results: [result], verdicts: [] } }], {
        root: folder,
        history: 'trend/history.jsonl',
      })
    }
    const lines = readFileSync('trend/history.jsonl', 'utf8').trimEnd().split('\n')
    expect(lines).toHaveLength(20)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ schema: 1, test: 'a case', plan: { rate: 200 } })
    // Each line has the commit of the checkout; here it names the day.
    const named = lines.map((line, index) => {
      const entry = JSON.parse(line) as { readonly environment: object }
      return JSON.stringify({ ...entry, environment: { ...entry.environment, commit: `${index + 1}0000000` } })
    })
    writeFileSync('named.jsonl', `${named.join('\n')}\n{broken\n`)
    expect(baselineCommand(['history', 'named.jsonl'])).toBe(0)
    expect(out).toContain('20 runs since 2026-01-01')
    expect(out).toContain('2026-01-13 1300000, after 1200000: +20.9% (10.1 → 12.2 ms)')
    expect(out).toContain('named.jsonl: ignored 1 damaged line: 21')
  })

  test('does not contain a run that was interrupted', () => {
    const result = runOf(10, 1, { rest: { ended: 'interrupted' } })
    const place = { root: folder, history: 'history.jsonl' }
    writeReports([{ test: 'a case', record: { results: [result], verdicts: [] } }], place)
    expect(() => readFileSync('history.jsonl')).toThrow('ENOENT')
  })

  test('that cannot be written is an error that names the file', () => {
    mkdirSync('history.jsonl')
    const place = { root: folder, history: 'history.jsonl' }
    const { failure } = writeReports([{ test: 'a case', record: { results: [runOf(10, 1)], verdicts: [] } }], place)
    expect(failure).toMatchObject({ code: 'ERR_LOAD_REPORTS' })
    expect(failure?.message).toContain('the history could not be written to ')
  })
})
