import type { Artifact } from '../../model/record.ts'
import { type RequestedArtifacts, type ExportName, readArtifacts } from '../../report/exports/index.ts'
import type { TestedLoad } from '../../report/run-records.ts'
import { finishedTest, reportRun } from '../report-run.ts'
import { openSpool, removeSpool, takeSpooled } from '../spool.ts'
import type { SpooledLoad } from '../spool.ts'
import { collectSpool } from '../spool-collection.ts'
import { stderrColors } from '../terminal-colors.ts'
import { testedLoad } from '../tested-load.ts'

export interface JestReporterOptions {
  /**
   * Folder for artifacts; `LOAD_REPORTS_DIR` takes precedence if it is set and not empty. Default `reports`, in Jest's
   * root.
   */
  readonly reportsDir?: string
  /**
   * Written in addition to the built-in ones: the names of formats that other programs read, or custom artifacts. GitHub
   * Actions and GitLab get those that they show without being asked.
   */
  readonly artifacts?: readonly (Artifact | ExportName)[]
  /**
   * File to which one line of JSON for each result is appended, for trends, such as `'load-history.jsonl'`; relative to
   * Jest's root. `describe-load baseline history` shows it. Default: none.
   */
  readonly history?: string
}

/** The parts of Jest's configuration that are used here. */
interface JestConfig {
  readonly rootDir: string
  readonly reporters?: readonly (readonly [name: string, options?: unknown])[] | undefined
}

/** A finished test, as Jest passes it to reporters. */
interface FinishedTest {
  readonly ancestorTitles: readonly string[]
  readonly title: string
  readonly fullName: string
  readonly status: string
  readonly duration?: number | null | undefined
}

/** Signals after which Jest's process exits, with the number that its exit code contains. */
const SIGNALS = { SIGINT: 2, SIGTERM: 15 } as const

/**
 * Writes the artifacts of load tests when a run of Jest ends, also after Ctrl-C, and shows the figures of each test when
 * it ends.
 */
export class JestLoadReporter {
  readonly #config: JestConfig
  readonly #reportsDir: string | undefined
  readonly #artifacts: RequestedArtifacts
  readonly #history: string | undefined
  readonly #spool: string
  /** What test processes wrote, until Jest reports the end of the test. */
  #arrived: readonly SpooledLoad[] = []
  #finished: TestedLoad[] = []
  #running = false

  /** Throws `LoadPlanError` if `artifacts` has an unknown name. */
  constructor(config: JestConfig, options: JestReporterOptions = {}) {
    this.#config = config
    this.#reportsDir = options.reportsDir
    this.#artifacts = readArtifacts(options.artifacts ?? [])
    this.#history = options.history
    // Before Jest starts its test processes, which inherit the environment.
    this.#spool = openSpool()
    process.on('exit', this.#onExit)
  }

  onRunStart(): void {
    this.#finished = []
    this.#running = true
    for (const signal of SIGNAL_NAMES) process.on(signal, exitAfter)
  }

  onTestCaseResult({ path }: { readonly path: string }, test: FinishedTest): void {
    const name = [...test.ancestorTitles, test.title].join(' > ')
    this.#receive(takeSpooled(this.#spool))
    // Tests of one file run one after the other, so the first one of this name has ended first.
    const index = this.#arrived.findIndex((entry) => entry.file === path && entry.test === name)
    const entry = this.#arrived[index]
    if (entry === undefined) return
    this.#arrived = this.#arrived.toSpliced(index, 1)
    const load = this.#ended(entry, test)
    this.#finished.push(load)
    const text = this.#isBrief ? undefined : finishedTest(load, test.status === 'failed', stderrColors())
    if (text !== undefined) print(text)
  }

  onRunComplete(): void {
    this.#running = false
    for (const signal of SIGNAL_NAMES) process.removeListener(signal, exitAfter)
    this.#receive(takeSpooled(this.#spool))
    this.#write()
    // In watch mode, Jest creates the next run's reporter in the same process.
    process.removeListener('exit', this.#onExit)
    removeSpool(this.#spool)
  }

  /** On Ctrl-C, Jest's process exits without calling its reporters. */
  readonly #onExit = (): void => {
    if (this.#running) {
      this.#receive(collectSpool(this.#spool))
      this.#write()
    }
    removeSpool(this.#spool)
  }

  #receive(entries: readonly SpooledLoad[]): void {
    this.#arrived = [...this.#arrived, ...entries]
  }

  /** Writes the loads of all tests, also those whose end Jest did not report, such as an interrupted one. */
  #write(): void {
    const loads = [...this.#finished, ...this.#arrived.map((entry) => this.#ended(entry))]
    this.#arrived = []
    const { rootDir: root } = this.#config
    reportRun(
      loads,
      { root, folder: this.#reportsDir, artifacts: this.#artifacts, history: this.#history },
      {
        colors: stderrColors(),
        columns: process.stderr.columns || undefined,
        isBrief: this.#isBrief,
        annotatesErrors: this.#hasReporter('github-actions'),
        log: print,
        warn: print,
        error: print,
      },
    )
  }

  #ended({ test, file, record }: SpooledLoad, finished?: FinishedTest): TestedLoad {
    if (file === undefined) return { test, record }
    const { status, duration, fullName = test.replaceAll(' > ', ' ') } = finished ?? {}
    return testedLoad(
      {
        test,
        file,
        rerun: { command: 'npx jest', filter: '-t', name: fullName },
        outcome: {
          ...((status === 'passed' || status === 'failed') && { state: status }),
          ...(typeof duration === 'number' && { durationMs: duration }),
        },
        record,
      },
      this.#config.rootDir,
    )
  }

  get #isBrief(): boolean {
    return this.#hasReporter('agent')
  }

  #hasReporter(name: string): boolean {
    return this.#config.reporters?.some(([reporter]) => reporter === name) === true
  }
}

const SIGNAL_NAMES = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]

/** Without a listener, a signal would end Jest's process without an `exit` event. */
function exitAfter(signal: NodeJS.Signals): void {
  process.exit(128 + SIGNALS[signal as keyof typeof SIGNALS])
}

/** Jest's reporters print to stderr, which leaves stdout to `--json`. */
function print(text: string): void {
  process.stderr.write(`${text}\n`)
}
