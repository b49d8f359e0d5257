import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { RunRecord } from '../model/record.ts'
import { cleanJson, cleanUnknown } from '../model/text/clean.ts'

/** Larger files are not read, because a report must not delay the end of a test run. */
const MAX_BYTES = 20_000_000

/**
 * Returns the runs of other suites whose JSON artifacts are in a folder, newest first. `isUsable` decides about each
 * run, because any program can have written these files.
 */
export function readEarlierRuns(
  folder: string,
  fileNames: readonly string[],
  runs: readonly RunRecord[],
  isUsable: (run: RunRecord) => boolean,
): readonly RunRecord[] {
  const suites = new Set(runs.map(({ suite }) => suite))
  return fileNames
    .flatMap((fileName) => runsIn(join(folder, fileName)))
    .filter((run) => !suites.has(run.suite) && isUsable(run))
    .map((run) => cleanJson(run, cleanUnknown))
    .toSorted((a, b) => b.startedAt.localeCompare(a.startedAt))
}

function runsIn(path: string): readonly RunRecord[] {
  try {
    if (statSync(path).size > MAX_BYTES) return []
    const content = JSON.parse(readFileSync(path, 'utf8')) as RunRecord | { readonly runs: readonly RunRecord[] }
    return 'runs' in content ? content.runs : [content]
  } catch {
    return []
  }
}
