import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { historyEntry } from '../judge/comparison/stored-run.ts'
import { newestOf, trendsOf } from '../judge/comparison/trends.ts'
import type { HistoryEntry } from '../model/baseline.ts'
import { LoadError } from '../model/errors.ts'
import { isRecord } from '../model/readers.ts'
import type { RunRecord } from '../model/record.ts'
import { cleanJson, cleanUnknown } from '../model/text/clean.ts'
import { messageOf } from '../model/thrown.ts'
import { LOAD_SUITE } from '../report/run-records.ts'
import { appendLines } from '../report/write.ts'

/**
 * Appends one line for each completed result of load tests to a history file, which it creates if necessary. Returns
 * the error if that fails.
 */
export function appendHistory(path: string, runs: readonly RunRecord[]): LoadError | undefined {
  const lines = runs.flatMap(entriesOf).map((entry) => JSON.stringify(entry))
  try {
    if (lines.length > 0) appendLines(path, lines)
    return undefined
  } catch (error) {
    return new LoadError(
      'ERR_LOAD_REPORTS',
      `the history could not be written to ${path}: ${messageOf(error)}\n    → choose another file with load({ history })`,
    )
  }
}

function entriesOf({ suite, results, environment }: RunRecord): readonly HistoryEntry[] {
  if (suite !== LOAD_SUITE) return []
  return results.filter(({ ended }) => ended === 'completed').map((result) => historyEntry(result, environment))
}

/** Number of runs of a test that reports show. */
const SHOWN_RUNS = 60

/**
 * Returns runs with the trends of their tests: those in the history file, and the new results. A file that cannot be read
 * has none; `appendHistory` reports why.
 */
export function withTrends(path: string, runs: readonly RunRecord[]): readonly RunRecord[] {
  const stored = storedEntries(path)
  return runs.map((run) => {
    const fresh = entriesOf(run)
    const tests = new Set(fresh.map(({ test }) => test))
    const trends = trendsOf([...stored.filter(({ test }) => tests.has(test)), ...fresh])
    return trends.length === 0
      ? run
      : Object.assign({}, run, { trends: trends.map((trend) => newestOf(trend, SHOWN_RUNS)) })
  })
}

function storedEntries(path: string): readonly HistoryEntry[] {
  try {
    return readHistory(path).entries
  } catch {
    return []
  }
}

/** Returns the entries of a history file, and the numbers of its lines that are none. Throws if it cannot be read. */
export function readHistory(path: string): {
  readonly entries: readonly HistoryEntry[]
  readonly damagedLines: readonly number[]
} {
  const lines = readFileSync(resolve(path), 'utf8').split('\n')
  const read = lines.map((line) => (line.trim() === '' ? 'empty' : entryOf(line)))
  return {
    entries: read.filter((entry) => entry !== 'empty' && entry !== undefined),
    damagedLines: read.flatMap((entry, index) => (entry === undefined ? [index + 1] : [])),
  }
}

function entryOf(line: string): HistoryEntry | undefined {
  try {
    const entry = cleanJson(JSON.parse(line) as unknown, cleanUnknown)
    const isEntry =
      isRecord(entry) &&
      entry['schema'] === 1 &&
      typeof entry['test'] === 'string' &&
      typeof entry['startedAt'] === 'string' &&
      isRecord(entry['environment']) &&
      isRecord(entry['plan'])
    return isEntry ? (entry as unknown as HistoryEntry) : undefined
  } catch {
    return undefined
  }
}
