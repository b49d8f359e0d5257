import { dirname } from 'node:path'
import type { FullConfig, FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter'
import type { Artifact } from '../../model/record.ts'
import { type RequestedArtifacts, type ExportName, readArtifacts } from '../../report/exports/index.ts'
import type { TestedLoad } from '../../report/run-records.ts'
import { reportRun } from '../report-run.ts'
import { openSpool, removeSpool } from '../spool.ts'
import { collectSpool } from '../spool-collection.ts'
import { stderrColors, stdoutColors } from '../terminal-colors.ts'
import { testedLoad } from '../tested-load.ts'
import type { EndedTest } from '../tested-load.ts'
import { attachedRecord } from './record-attachment.ts'

export interface PlaywrightReporterOptions {
  /**
   * Folder for artifacts; `LOAD_REPORTS_DIR` takes precedence if it is set and not empty. Default `reports`, in the
   * folder of the configuration.
   */
  readonly reportsDir?: string
  /**
   * Written in addition to the built-in ones: the names of formats that other programs read, or custom artifacts. GitHub
   * Actions and GitLab get those that they show without being asked.
   */
  readonly artifacts?: readonly (Artifact | ExportName)[]
  /**
   * File to which one line of JSON for each result is appended, for trends, such as `'load-history.jsonl'`; relative to
   * the same folder. `describe-load baseline history` shows it. Default: none.
   */
  readonly history?: string
}

/** Reporters that write for programs, on stdout unless they have an output file. */
const MACHINE_READ: ReadonlySet<string> = new Set(['json', 'junit'])

/** Writes the artifacts of load tests when a run of Playwright Test ends, also after Ctrl-C. */
export class PlaywrightLoadReporter implements Reporter {
  readonly #reportsDir: string | undefined
  readonly #artifacts: RequestedArtifacts
  readonly #history: string | undefined
  readonly #spool: string
  /** By the id of the test. */
  readonly #finished = new Map<string, TestedLoad>()
  #config: Pick<FullConfig, 'configFile' | 'reporter'> = { reporter: [] }
  #running = false

  /** Throws `LoadPlanError` if `artifacts` has an unknown name. */
  constructor(options: PlaywrightReporterOptions = {}) {
    this.#reportsDir = options.reportsDir
    this.#artifacts = readArtifacts(options.artifacts ?? [])
    this.#history = options.history
    // Before Playwright starts its worker processes, which inherit the environment.
    this.#spool = openSpool()
    process.on('exit', this.#onExit)
  }

  /** Playwright adds its own reporter if no other one prints. */
  printsToStdio(): boolean {
    return false
  }

  onBegin(config: FullConfig): void {
    this.#config = config
    this.#finished.clear()
    this.#running = true
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    const record = attachedRecord(result)
    // A retry has no record, and that of the first attempt is kept.
    if (record === undefined) return
    const [, , file = '', ...names] = test.titlePath()
    const ended: EndedTest = {
      test: names.join(' > '),
      file: test.location.file,
      rerun: { command: 'npx playwright test', filter: '-g', name: [file, ...names].join(' '), isEnd: true },
      outcome: {
        ...(result.status !== 'interrupted' && {
          state: result.status === test.expectedStatus ? ('passed' as const) : ('failed' as const),
        }),
        durationMs: result.duration,
      },
      record,
    }
    this.#finished.set(test.id, testedLoad(ended, this.#root))
  }

  onEnd(): Promise<{ status?: FullResult['status'] } | undefined> {
    this.#running = false
    const isWritten = this.#write([...this.#finished.values()])
    return Promise.resolve(isWritten ? undefined : { status: 'failed' })
  }

  /** A second Ctrl-C ends Playwright's process without calling its reporters. */
  readonly #onExit = (): void => {
    if (this.#running) {
      const cutOff = collectSpool(this.#spool).filter(({ id }) => !this.#finished.has(id))
      this.#write([...this.#finished.values(), ...cutOff])
    }
    removeSpool(this.#spool)
  }

  #write(loads: readonly TestedLoad[]): boolean {
    const toStdout = !this.#config.reporter.some(([name, options]) => MACHINE_READ.has(name) && !hasFile(name, options))
    const stream = toStdout ? process.stdout : process.stderr
    const print = (text: string): void => void stream.write(`${text}\n`)
    return reportRun(
      loads,
      { root: this.#root, folder: this.#reportsDir, artifacts: this.#artifacts, history: this.#history },
      {
        colors: toStdout ? stdoutColors() : stderrColors(),
        columns: stream.columns || undefined,
        isBrief: false,
        annotatesErrors: this.#config.reporter.some(([name]) => name === 'github'),
        log: print,
        warn: print,
        error: print,
      },
    )
  }

  get #root(): string {
    const { configFile } = this.#config
    return configFile === undefined ? process.cwd() : dirname(configFile)
  }
}

/** Returns whether a reporter of Playwright writes into a file, by its options or its variables. */
function hasFile(name: string, options: unknown): boolean {
  const variables = ['OUTPUT_FILE', 'OUTPUT_NAME'].map((key) => process.env[`PLAYWRIGHT_${name.toUpperCase()}_${key}`])
  const isSet = typeof options === 'object' && options !== null && Reflect.get(options, 'outputFile') !== undefined
  return isSet || variables.some((value) => value !== undefined && value !== '')
}
