import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'
import type { Artifact } from '../../model/record.ts'
import type { Progress } from '../../report/live/progress.ts'
import type { TestedLoad } from '../../report/run-records.ts'
import { type RequestedArtifacts, type ExportName, readArtifacts } from '../../report/exports/index.ts'
import { openSpool, removeSpool } from '../spool.ts'
import { collectSpool } from '../spool-collection.ts'
import { stdoutColors } from '../terminal-colors.ts'
import { finishedTest, reportRun } from '../report-run.ts'
import { type ReportConsole, consoleOf } from './report-console.ts'
import { LiveLines } from './live-lines.ts'
import { addJunitProperties } from './junit-properties.ts'
import { PROGRESS } from './matcher-types.ts'
import { testedLoads } from './tested-loads.ts'

/** Name that identifies describe-load's reporter across several copies of this module. */
export const LOAD_REPORTER = 'describe-load'

export interface LoadReporterOptions {
  /**
   * Folder for artifacts; `LOAD_REPORTS_DIR` takes precedence if it is set and not empty. Default `reports`, in
   * Vitest's root.
   */
  readonly reportsDir?: string
  /**
   * Written in addition to the built-in ones: the names of formats that other programs read, or custom artifacts. GitHub
   * Actions and GitLab get those that they show without being asked.
   */
  readonly artifacts?: readonly (Artifact | ExportName)[]
  /**
   * File to which one line of JSON for each result is appended, for trends, such as `'load-history.jsonl'`; relative to
   * Vitest's root. `describe-load baseline history` shows it. Default: none.
   */
  readonly history?: string
}

/**
 * Writes the artifacts of load tests when a run ends, also after Ctrl-C. Shows progress meanwhile, and the figures of
 * each test when it ends. It uses only the metadata of the tests, so that it works the same with `--merge-reports`.
 */
export class LoadReporter implements Reporter {
  readonly name: string = LOAD_REPORTER
  readonly #reportsDir: string | undefined
  readonly #artifacts: RequestedArtifacts
  readonly #history: string | undefined
  readonly #finished = new Map<string, TestedLoad>()
  #vitest: Vitest | undefined
  #live: LiveLines | undefined
  #console: ReportConsole | undefined
  #spool: string | undefined
  #running = false

  /** Throws `LoadPlanError` if `artifacts` has an unknown name. */
  constructor(options: LoadReporterOptions = {}) {
    this.#reportsDir = options.reportsDir
    this.#artifacts = readArtifacts(options.artifacts ?? [])
    this.#history = options.history
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
    this.#console = consoleOf(vitest)
    this.#live = new LiveLines(vitest, this.#console)
    // A restart in watch mode calls this again.
    if (this.#spool !== undefined) return
    this.#spool = openSpool()
    process.on('exit', () => this.#onExit())
  }

  onTestRunStart(): void {
    this.#finished.clear()
    this.#running = true
    this.#live?.join()
  }

  onTestCaseArtifactRecord(testCase: TestCase, artifact: { readonly type: string }): void {
    if (artifact.type === PROGRESS && 'progress' in artifact) {
      this.#live?.update(testCase.id, artifact.progress as Progress)
    }
  }

  onTestCaseResult(testCase: TestCase): void {
    this.#live?.end(testCase.id)
    for (const [id, load] of testedLoads([testCase])) {
      this.#finished.set(id, load)
      if (this.#console?.writesJunit === true) addJunitProperties(testCase, load.record)
      if (this.#console?.showsTests === true) this.#show(load, testCase.result().state === 'failed')
    }
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    this.#running = false
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    this.#write([...testedLoads(tests).values()])
  }

  /** On Ctrl-C, Vitest's main process exits without calling its reporters. */
  #onExit(): void {
    if (this.#spool === undefined) return
    if (this.#running) {
      this.#live?.clear()
      const cutOff = collectSpool(this.#spool).filter(({ id }) => !this.#finished.has(id))
      this.#write([...this.#finished.values(), ...cutOff])
    }
    removeSpool(this.#spool)
  }

  #write(loads: readonly TestedLoad[]): void {
    const vitest = this.#vitest
    const screen = this.#console
    if (vitest === undefined || screen === undefined) return
    const place = {
      root: vitest.config.root,
      folder: this.#reportsDir,
      artifacts: this.#artifacts,
      history: this.#history,
    }
    reportRun(loads, place, {
      colors: stdoutColors(),
      columns: process.stdout.columns || undefined,
      isBrief: screen.isBrief,
      annotatesErrors: screen.annotatesErrors,
      log: (text) => screen.log(text),
      warn: (text) => vitest.logger.warn(text),
      error: (text) => vitest.logger.error(text),
    })
  }

  #show(load: TestedLoad, failed: boolean): void {
    const text = finishedTest(load, failed, stdoutColors())
    if (text !== undefined) this.#console?.log(this.#console.leavesLine ? `\n${text}` : text)
  }
}
