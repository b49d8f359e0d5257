import { wasJudged } from '../judge/matchers/index.ts'
import { LoadError } from '../model/errors.ts'
import type { LoadResult } from '../model/result.ts'
import {
  notAwaitedMessage,
  onceFailedMessage,
  unjudgedMessage,
  unjudgedWarning,
  type UnjudgedResult,
} from '../wording/load-test.ts'
import type { CallSite } from './call-site.ts'
import { LoadPromise } from './load-promise.ts'
import type { RecordBook } from './record-book.ts'

/** Where a load was started; `call` is absent if the plan belongs to the test itself. */
export interface LoadCall {
  readonly call?: string | undefined
  readonly site: CallSite
}

export interface LoadOrigin extends LoadCall {
  /** Assertions without a verdict before the load: they cannot have judged it. */
  readonly otherAssertionsBefore: number
}

interface MeasuredLoad extends LoadOrigin {
  readonly result: LoadResult
}

interface BodyCheckOptions {
  /** Full name of the test. */
  readonly test: string
  readonly book: RecordBook
  /**
   * Number of assertions of any kind that the test has made so far. Undefined if the host does not count them: then
   * only the matchers of load results judge.
   */
  readonly countAssertions: (() => number) | undefined
  /** The host passes the test when it fails, so an error of this check would hide that the body passed. */
  readonly expectsFailure: boolean
  readonly onWarning: (message: string) => void
}

/** Checks at the end of a test's body that it awaited every load and judged every result. */
export class BodyCheck {
  readonly #options: BodyCheckOptions
  readonly #loads: { readonly promise: LoadPromise; readonly call: string; readonly site: CallSite }[] = []
  readonly #measured: MeasuredLoad[] = []

  constructor(options: BodyCheckOptions) {
    this.#options = options
  }

  /** Call it before the load starts. */
  originOf(site: CallSite, call?: string): LoadOrigin {
    return { site, call, otherAssertionsBefore: this.#countOtherAssertions() }
  }

  /** Returns the promise to give to the body. */
  expectAwait(load: Promise<LoadResult>, { call = 'load({})', site }: LoadCall): Promise<LoadResult> {
    const promise = new LoadPromise(load)
    this.#loads.push({ promise, call, site })
    return promise
  }

  expectJudgement(result: LoadResult, origin: LoadOrigin): void {
    this.#measured.push({ ...origin, result })
  }

  /**
   * Throws `ERR_LOAD_ONCE` if a run that sent each operation once got a wrong answer, or none. Does nothing for a result
   * that the test does not have to judge.
   */
  requireAnswers(result: LoadResult): void {
    const measured = this.#measured.find((each) => each.result.generatorId === result.generatorId)
    if (measured !== undefined) requireAnswersOf(measured)
  }

  /**
   * Waits for loads that are still running. Throws `ERR_LOAD_NOT_AWAITED`, `ERR_LOAD_ONCE` or `ERR_LOAD_UNJUDGED`.
   */
  async atEndOfBody(): Promise<void> {
    const { expectsFailure, onWarning } = this.#options
    const notAwaited = await this.#notAwaited()
    if (expectsFailure) {
      if (notAwaited !== undefined) onWarning(notAwaited.message)
      return
    }
    if (notAwaited !== undefined) throw notAwaited
    this.#requireJudged()
  }

  async #notAwaited(): Promise<LoadError | undefined> {
    const open = this.#loads.filter(({ promise }) => !promise.awaited)
    const [first] = open
    if (first === undefined) return undefined
    const causes = await Promise.all(open.map(({ promise }) => promise.settled()))
    const cause = causes.find((error) => error !== undefined)
    const message = notAwaitedMessage(open.map(({ call }) => call))
    return first.site.point(new LoadError('ERR_LOAD_NOT_AWAITED', message, cause === undefined ? {} : { cause }))
  }

  #requireJudged(): void {
    const { test, book, onWarning } = this.#options
    // A suite judges by its findings.
    if (book.record.suite !== undefined) return
    // Of `startLoad`, only now.
    for (const measured of this.#measured) requireAnswersOf(measured)
    const unjudged = this.#measured.filter((measured) => !this.#isJudged(measured))
    const failed = unjudged.find(({ result }) => result.errors + result.dropped > result.requestsScheduled / 2)
    if (failed !== undefined) {
      throw failed.site.point(new LoadError('ERR_LOAD_UNJUDGED', unjudgedMessage(asUnjudged(failed))))
    }
    for (const measured of unjudged) onWarning(unjudgedWarning(test, asUnjudged(measured)))
  }

  #isJudged({ result, otherAssertionsBefore }: MeasuredLoad): boolean {
    return result.plan.once === true || wasJudged(result) || this.#countOtherAssertions() > otherAssertionsBefore
  }

  /** Assertions that left no verdict. They may have read any result that existed: `expect(result.errors).toBe(0)`. */
  #countOtherAssertions(): number {
    const { countAssertions, book } = this.#options
    return countAssertions === undefined ? 0 : countAssertions() - book.record.verdicts.length
  }
}

function requireAnswersOf(measured: MeasuredLoad): void {
  const { result, site, call } = measured
  const message = result.plan.once === true ? wrongAnswers(result, call) : undefined
  if (message !== undefined) throw site.point(new LoadError('ERR_LOAD_ONCE', message))
}

/** Returns what failed of a run that sent each operation once; undefined if every answer was right. */
export function wrongAnswers(result: LoadResult, call?: string): string | undefined {
  return failuresOf(result) === 0 ? undefined : onceFailedMessage(call, result)
}

/** Requests that failed, without those that the test itself stopped. */
function failuresOf({ errors, errorsByClass, dropped, droppedByReason }: LoadResult): number {
  return errors - (errorsByClass.cancelled?.count ?? 0) + dropped - (droppedByReason.stopped ?? 0)
}

function asUnjudged({ call, result }: MeasuredLoad): UnjudgedResult {
  return { call, figures: result }
}
