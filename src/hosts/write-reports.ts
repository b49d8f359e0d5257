import { relative, resolve } from 'node:path'
import { env } from 'node:process'
import type { ChalkInstance } from 'chalk'
import type { LoadError } from '../model/errors.ts'
import type { Artifact, RunRecord } from '../model/record.ts'
import { ciSystem } from './ci-system.ts'
import { readEarlierRuns } from './earlier-runs.ts'
import { appendHistory, withTrends } from './history-file.ts'
import { readEnvironment } from './machine-environment.ts'
import { type RequestedArtifacts, exportsFor } from '../report/exports/index.ts'
import { htmlReport } from '../report/html-report.ts'
import { artifacts } from '../report/index.ts'
import { writtenRun } from '../report/json-artifact.ts'
import { jsonText } from '../report/json-text.ts'
import { summary } from '../report/summary.ts'
import { verdictsJson } from '../report/verdicts-json.ts'
import { attempt, renderArtifacts, type RenderedFile, type UnrenderedFile } from '../report/render.ts'
import { runRecords, type TestedLoad } from '../report/run-records.ts'
import { unwritableReason, writeArtifacts } from '../report/write.ts'

export interface ReportPlace {
  /** Base of relative folders. */
  readonly root: string
  /** `LOAD_REPORTS_DIR` takes precedence if it is set and not empty; default `reports`. */
  readonly folder?: string | undefined
  /** Written in addition to the built-in ones. */
  readonly artifacts?: RequestedArtifacts | undefined
  /** File to which one line for each result is appended; default none. */
  readonly history?: string | undefined
}

/** Returns the runs of these load tests as JSON: one record, or a list of several. */
export function reportJson(loads: readonly TestedLoad[]): string {
  const runs = runRecords(loads, readEnvironment()).map(writtenRun)
  return jsonText(runs.length === 1 ? runs[0] : runs)
}

/** What was written about these load tests. */
export interface WrittenReports {
  readonly runs: readonly RunRecord[]
  /** Paths of the files, relative to the root if they are inside it. */
  readonly paths: readonly string[]
  /** Why other files were not written. */
  readonly failure?: LoadError
}

/**
 * Writes the artifacts of these load tests. Those whose loads sent each operation once have none, because they would
 * replace measurements.
 */
export function writeReports(loads: readonly TestedLoad[], place: ReportPlace): WrittenReports {
  const measured = loads.filter((load) => !isSentOnce(load))
  if (measured.length === 0) return { runs: [], paths: [] }
  const folder = folderOf(place)
  const history = place.history === undefined ? undefined : resolve(place.root, place.history)
  const records = runRecords(measured, readEnvironment())
  const runs = history === undefined ? records : withTrends(history, records)
  const { paths, failure } = writeArtifacts(folder, renderedFiles(runs, folder, place.artifacts))
  const failed = failure ?? (history === undefined ? undefined : appendHistory(history, runs))
  const written = [...paths, ...(history === undefined || failed !== undefined ? [] : [history])]
  return {
    runs,
    paths: written.map((path) => shortest(place.root, path)).toSorted(),
    ...(failed !== undefined && { failure: failed }),
  }
}

/** Returns the tests whose loads sent each operation once, as a run for the table of a terminal. */
export function runsOnce(loads: readonly TestedLoad[]): readonly RunRecord[] {
  return runRecords(loads.filter(isSentOnce), readEnvironment())
}

/** Returns whether a load of this test sent each operation once (`LOAD_ONCE=1`). */
function isSentOnce({ record }: TestedLoad): boolean {
  return record.results.some(({ plan }) => plan.once === true)
}

/**
 * Renders the raw data first and custom artifacts last, because a process that is interrupted again writes no more
 * files. The HTML report takes the longest of the others.
 */
function* renderedFiles(
  runs: readonly RunRecord[],
  folder: string,
  { custom, exports }: RequestedArtifacts = { custom: [], exports: [] },
): Generator<RenderedFile | UnrenderedFile> {
  const isJson = ({ fileName }: Artifact): boolean => fileName.endsWith('.json')
  yield* renderArtifacts(runs, artifacts.filter(isJson))
  for (const each of exportsFor(exports, ciSystem(env))) yield* attempt(each.name, () => each.render(runs))
  const earlier = readEarlierRuns(folder, JSON_FILES, runs, isSummable)
  const texts = artifacts.filter((artifact) => !isJson(artifact) && artifact !== htmlReport)
  yield* renderArtifacts(runs, [...texts, htmlReport, ...custom], earlier)
}

/** Returns the lines that name the written files; none if there are none. */
export function reportLines({ paths }: WrittenReports, { bold }: ChalkInstance): readonly string[] {
  return paths.length === 0 ? [] : ['', ` ${bold('Load reports')}`, ...paths.map((path) => `   ${path}`)]
}

/** Returns why the folder of the reports cannot be written; undefined if it can. */
export function unwritableReports(place: ReportPlace): string | undefined {
  return unwritableReason(folderOf(place))
}

function folderOf({ root, folder = 'reports' }: ReportPlace): string {
  return resolve(root, env['LOAD_REPORTS_DIR']?.trim() || folder)
}

/** Those that contain whole runs. */
const JSON_FILES = artifacts
  .filter((artifact) => artifact.fileName.endsWith('.json') && artifact !== verdictsJson)
  .map(({ fileName }) => fileName)

/** Whether the summary can show a run from a file, which an earlier version or another program may have written. */
function isSummable(run: RunRecord): boolean {
  try {
    return summary.render([run]) !== undefined
  } catch {
    return false
  }
}

function shortest(root: string, path: string): string {
  const inside = relative(root, path)
  return inside.startsWith('..') ? path : inside
}
