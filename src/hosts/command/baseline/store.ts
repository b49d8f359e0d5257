import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ENOUGH_SESSIONS } from '../../../judge/comparison/stored-interval.ts'
import { type StoredOutcome, updatedBaseline, type UpdateMode } from '../../../judge/comparison/stored-update.ts'
import type { Baseline } from '../../../model/baseline.ts'
import type { RunRecord } from '../../../model/record.ts'
import { cleanJson, cleanUnknown } from '../../../model/text/clean.ts'
import { messageOf } from '../../../model/thrown.ts'
import { jsonText } from '../../../report/json-text.ts'
import { writeWhole } from '../../../report/write.ts'
import { formatPlural } from '../../../wording/figures.ts'
import { readBaselineFile } from '../../baseline-source.ts'
import { stdoutColors } from '../../terminal-colors.ts'
import { EXIT, type ExitCode } from '../host.ts'
import { type AskedBaseline, EXAMPLE, Mistake } from './arguments.ts'
import { say } from './say.ts'

/** Stores the results of the newest run of load tests, or of each run of a command. */
export function storeResults(asked: AskedBaseline, mode: UpdateMode): ExitCode {
  const { file, runs, command } = asked
  const path = resolve(file)
  let worst: ExitCode = EXIT.pass
  const stored = new Set<string>()
  for (let run = 1; run <= runs; run++) {
    const startedMs = Date.now()
    if (command.length > 0) runCommand(command, run, runs)
    const records = readResults(asked, command.length > 0 ? startedMs : undefined)
    // Once an update has stored a result of a test, later runs add to it. The first run may be left out.
    const { baseline, outcomes } = updatedBaseline(readBaselineFile(path), records, {
      modeOf: (test) => (stored.has(test) ? 'save' : mode),
      isAsked: (test) => test.includes(asked.test),
    })
    if (outcomes.length === 0) throw new Mistake(nothingToStore(asked, records))
    const added = outcomes.filter((outcome) => outcome.runs !== undefined)
    if (added.length > 0) writeBaseline(path, baseline)
    for (const { test } of added) stored.add(test)
    for (const outcome of outcomes) say(outcomeLine(outcome))
    for (const name of repeatedNames(outcomes)) {
      say(
        stdoutColors().yellow(`several results are named "${name}", and count as runs of one test: rename the others`),
      )
    }
    if (outcomes.some(({ leftOut }) => leftOut !== undefined)) worst = EXIT.open
  }
  if (stored.size > 0) say(`\n${file}: commit it, so that other machines and CI compare with the same runs`)
  return worst
}

function writeBaseline(path: string, baseline: Baseline): void {
  try {
    writeWhole(path, `${jsonText(baseline)}\n`)
  } catch (error) {
    throw new Mistake(`${path} cannot be written: ${messageOf(error)}`)
  }
}

function nothingToStore({ test, reports }: AskedBaseline, records: readonly RunRecord[]): string {
  const names = records.flatMap(({ results }) => results.map(({ name }) => name))
  return names.length === 0
    ? `${reports}/load_test_results.json has no results of load tests`
    : `no test name contains "${test}"; the results have: ${names.join(', ')}`
}

function outcomeLine({ test, runs, leftOut }: StoredOutcome): string {
  const { green, yellow } = stdoutColors()
  if (runs === undefined) return `${yellow('left out')}  ${test}: ${leftOut ?? ''}`
  const missing = ENOUGH_SESSIONS - runs
  const need = missing > 0 ? `; ${formatPlural(missing, 'more')} needed for a verdict`.replace('mores', 'more') : ''
  return `${green('stored')}    ${test}: ${formatPlural(runs, 'comparable run')} now${need}`
}

/** Tests in different files may have the same name, which a baseline cannot tell apart. */
function repeatedNames(outcomes: readonly StoredOutcome[]): readonly string[] {
  const groups = Map.groupBy(outcomes, ({ test }) => test)
  return [...groups].flatMap(([test, same]) => (same.length > 1 ? [test] : []))
}

function runCommand([program = '', ...rest]: readonly string[], run: number, runs: number): void {
  say(stdoutColors().bold(`run ${run} of ${runs}: ${[program, ...rest].join(' ')}`))
  // Its exit code does not matter here: before there is a baseline, its tests are red.
  const { error } = spawnSync(program, rest, { stdio: 'inherit', shell: process.platform === 'win32' })
  if (error !== undefined) throw new Mistake(`${program} cannot be run: ${error.message}`)
}

/** Returns the runs of load tests in the reports, at most as old as the command that wrote them. */
function readResults({ reports, command }: AskedBaseline, sinceMs: number | undefined): readonly RunRecord[] {
  const path = resolve(reports, 'load_test_results.json')
  let content: unknown
  try {
    // The reports of another process may have been changed by hand.
    content = cleanJson(JSON.parse(readFileSync(path, 'utf8')) as unknown, cleanUnknown)
  } catch (error) {
    const remedy = command.length > 0 ? '--reports DIR names the folder' : `run your load tests first: ${EXAMPLE}`
    throw new Mistake(`there are no results in ${path}: ${messageOf(error)}\n  → ${remedy}`)
  }
  const records = recordsIn(content)
  if (records === undefined) throw new Mistake(`${path} has no results of load tests`)
  if (sinceMs !== undefined && records.every(({ startedAt }) => Date.parse(startedAt) < sinceMs)) {
    throw new Mistake(`the command wrote no new results to ${path}\n  → --reports DIR names the folder`)
  }
  return records
}

function recordsIn(content: unknown): readonly RunRecord[] | undefined {
  if (typeof content !== 'object' || content === null) return undefined
  const records: unknown = 'runs' in content ? content.runs : [content]
  if (!Array.isArray(records)) return undefined
  const isRecord = (record: unknown): record is RunRecord =>
    typeof record === 'object' && record !== null && 'results' in record && Array.isArray(record.results)
  return records.every(isRecord) ? records.filter(({ suite }) => suite === 'load') : undefined
}
