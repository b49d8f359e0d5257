import type { TestInfo } from '@playwright/test'
import { LoadError } from '../../model/errors.ts'
import type { LoadRecord } from '../../model/record.ts'
import { formatDuration } from '../../wording/figures.ts'
import { declaredSite } from '../call-site.ts'
import type { CallSite } from '../call-site.ts'
import { sparseProgress } from '../load-lines.ts'
import { LoadSession } from '../load-session.ts'
import type { SessionOptions } from '../load-session.ts'
import type { PlanScope } from '../plan-scope.ts'
import { printNotice } from '../print-notice.ts'
import { RecordBook } from '../record-book.ts'
import { finishedTest } from '../report-run.ts'
import { retriedError } from '../run-declared.ts'
import { hasReporter } from '../spool.ts'
import { noColors } from '../terminal-colors.ts'
import { assertionCount } from './assertions.ts'
import { annotateLoads } from './annotate-loads.ts'
import { attachRecord } from './record-attachment.ts'

/** One attempt of Playwright at a test with loads. */
export class TestAttempt {
  /** Where the test is declared. */
  readonly site: CallSite
  readonly #info: TestInfo
  readonly #scope: PlanScope
  readonly #controller = new AbortController()
  readonly #running = new Set<Promise<unknown>>()
  #record: LoadRecord | undefined

  constructor(info: TestInfo, scope: PlanScope) {
    this.site = declaredSite({ file: info.file, line: info.line, column: info.column })
    this.#info = info
    this.#scope = scope
  }

  /** Returns the full name of the test, without its file. */
  get #name(): string {
    return this.#info.titlePath.slice(1).join(' > ')
  }

  /**
   * Runs `body` with a session for the loads of the test. Throws `ERR_LOAD_RETRY` if Playwright repeats a failed test:
   * so a retry never passes.
   */
  async run(
    limits: Pick<SessionOptions, 'timeoutMs' | 'clock'>,
    body: (session: LoadSession) => Promise<void>,
  ): Promise<void> {
    const { retry, testId, expectedStatus } = this.#info
    if (retry > 0) throw withCode(this.site.point(retriedError('`retries` from the project of its file')))
    const name = this.#name
    const session = new LoadSession({
      id: testId,
      test: name,
      file: this.#info.file,
      scope: this.#scope,
      site: this.site,
      book: new RecordBook(name, (newest) => void (this.#record = newest), { place: this.site.place }),
      signal: this.#controller.signal,
      ...limits,
      facts: { coverage: false },
      onProgress: hasReporter() ? sparseProgress(noColors) : undefined,
      countAssertions: assertionCount,
      expectsFailure: expectedStatus === 'failed',
      onWarning: printNotice,
      onWait: printNotice,
    })
    const ended = body(session)
    this.#running.add(ended)
    try {
      await ended
    } catch (error) {
      // Playwright reports itself why it no longer waits for the test.
      if (!this.#controller.signal.aborted) throw withCode(error)
    }
  }

  /** Ends the loads of a test that Playwright no longer waits for, because of a timeout, Ctrl-C or `maxFailures`. */
  cut(): void {
    const { status, timeout } = this.#info
    if (status === 'timedOut') this.#controller.abort(new Error(`test timed out after ${formatDuration(timeout)}`))
    if (status === 'interrupted') this.#controller.abort(new Error('Playwright stopped the test'))
  }

  /** Waits for the end of the loads, and passes what the test measured to the reporters. */
  async end(): Promise<void> {
    this.cut()
    await Promise.allSettled(this.#running)
    if (this.#record !== undefined) {
      this.#show(this.#record)
      await annotateLoads(this.#info, this.#record)
      await attachRecord(this.#info, this.#record)
    }
  }

  /**
   * Prints the figures here, because reporters that rewrite their lines expect output only from tests; and without
   * colors, because those reporters count the characters of colors, too, and would rewrite the wrong line.
   */
  #show(record: LoadRecord): void {
    if (!hasReporter()) return
    const failed = this.#info.status !== this.#info.expectedStatus
    const text = finishedTest({ test: this.#name, record }, failed, noColors())
    if (text !== undefined) process.stdout.write(`${text}\n`)
  }
}

/** Playwright prints the name of an error instead of the first line of its stack, so the name gets the code. */
function withCode(error: unknown): unknown {
  if (error instanceof LoadError && !error.name.includes(error.code)) error.name = `${error.name} [${error.code}]`
  return error
}
