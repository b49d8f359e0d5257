import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { historyEntry } from '../judge/comparison/stored-run.ts'
import type { HistoryEntry } from '../model/baseline.ts'
import { LoadError } from '../model/errors.ts'
import { isRecord } from '../model/readers.ts'
import type { RunRecord } from '../model/record.ts'
import { cleanJson, cleanUnknown } from '../model/text/clean.ts'
import { messageOf } from '../model/thrown.ts'
import { appendLines } from '../report/write.ts'

/**
 * Appends one line for each completed result of load tests to a history file, which it creates if necessary. Returns
 * the error if that fails.
 */
export function appendHistory(path: string, runs: readonly RunRecord[]): LoadError | undefined {
  const lines = runs
    .filter(({ suite }) => suite === 'load')
    .flatMap(({ results, environment }) =>
      results.filter(({ ended }) => ended === 'completed').map((result) => historyEntry(result, environment)),
    )
    .map((entry) => JSON.stringify(entry))
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
