import { randomUUID } from 'node:crypto'
import { LoadError, LoadPlanError, LoadVerdictError } from '../../model/errors.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import { cleanText } from '../../model/text/clean.ts'
import type { LoadRecord } from '../../model/record.ts'
import { progressLine } from '../../report/live/progress-line.ts'
import type { Progress } from '../../report/live/progress.ts'
import type { TestedLoad } from '../../report/run-records.ts'
import { callSite } from '../call-site.ts'
import { LoadSession } from '../load-session.ts'
import { PlanScope } from '../plan-scope.ts'
import type { LoadContext } from '../port.ts'
import { RecordBook } from '../record-book.ts'
import { stdoutColors } from '../terminal-colors.ts'
import type { CommandScreen } from './screen.ts'

/** Exit codes of the command. */
export const EXIT = { pass: 0, failed: 1, usage: 2, open: 3 } as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

interface DeclaredTest {
  readonly name: string
  /** Name of the suite, which identifies a load in progress. */
  readonly group: string
  readonly scope: PlanScope
  readonly body: (context: LoadContext) => unknown
}

/** A host without a test runner: it runs the declared tests immediately, one after the other. */
export class CommandHost {
  readonly #screen: CommandScreen
  readonly #signal: AbortSignal
  readonly #tests: DeclaredTest[] = []
  readonly #records = new Map<string, LoadRecord>()
  readonly #scopes: PlanScope[] = []
  readonly #nameOptions: (error: LoadPlanError) => LoadPlanError
  readonly #skipped: string[] = []
  #group = ''

  /** `nameOptions` replaces plan keys and variables in an error by the flags that the user wrote. */
  constructor(screen: CommandScreen, signal: AbortSignal, nameOptions: (error: LoadPlanError) => LoadPlanError) {
    this.#screen = screen
    this.#signal = signal
    this.#nameOptions = nameOptions
  }

  /** Returns the names of the skipped tests, with the reason. */
  get skipped(): readonly string[] {
    return this.#skipped
  }

  /** Returns the records of the tests so far. */
  get loads(): readonly TestedLoad[] {
    return Array.from(this.#records, ([test, record]) => ({ test, record }))
  }

  readonly describeLoad = (name: string, plan: WrittenPlan, body: () => unknown): void => {
    this.#group = name
    this.#scopes.push(new PlanScope(plan, this.#scopes.at(-1), true))
    void body()
    this.#scopes.pop()
  }

  readonly loadTest: {
    (name: string, body: (context: LoadContext) => unknown): void
    skip(name: string): void
  } = Object.assign(
    (name: string, body: (context: LoadContext) => unknown): void => {
      this.#tests.push({
        name,
        group: this.#group,
        body,
        scope: this.#scopes.at(-1) ?? new PlanScope({}, undefined, true),
      })
    },
    {
      skip: (name: string): void => {
        this.#skipped.push(name)
      },
    },
  )

  /** Runs the tests declared since the last call. Returns the worst exit code. */
  async run(): Promise<ExitCode> {
    let worst: ExitCode = EXIT.pass
    for (const test of this.#tests.splice(0)) {
      const code = await this.#runOne(test)
      await test.scope.close()
      worst = worseOf(worst, code)
    }
    return worst
  }

  async #runOne({ name, group, scope, body }: DeclaredTest): Promise<ExitCode> {
    const session = new LoadSession({
      id: randomUUID(),
      test: name,
      scope,
      site: callSite(this.run),
      book: new RecordBook(name, (record) => this.#records.set(name, record)),
      signal: this.#signal,
      timeoutMs: 0,
      facts: { coverage: false },
      onProgress: (progress: Progress) => this.#screen.live(progressLine({ ...progress, name: group })),
      // Suites judge by their findings, and the command runs only suites.
      countAssertions: undefined,
      expectsFailure: false,
      onWarning: (message) => this.#screen.say(stdoutColors().yellow(cleanText(message))),
      onWait: (message) => this.#screen.say(cleanText(message)),
    })
    try {
      await session.within(async (context) => {
        await body(context)
      })
      return EXIT.pass
    } catch (error) {
      return this.#report(error)
    } finally {
      this.#screen.live(undefined)
    }
  }

  /** Prints an error, unless it is a verdict, which has already been printed. Returns its exit code. */
  #report(error: unknown): ExitCode {
    if (error instanceof LoadVerdictError) return error.verdict === 'fail' ? EXIT.failed : EXIT.open
    this.#screen.live(undefined)
    const shown = error instanceof LoadPlanError ? this.#nameOptions(error) : error
    const message = cleanText(
      shown instanceof LoadError ? shown.message : String(shown instanceof Error ? shown.stack : shown),
    )
    this.#screen.say(stdoutColors().red(message))
    return error instanceof LoadPlanError ? EXIT.usage : EXIT.open
  }
}

/** A usage error takes precedence over a failure of the target, and a failure over an inconclusive result. */
const ORDER: readonly ExitCode[] = [EXIT.usage, EXIT.failed, EXIT.open, EXIT.pass]

export function worseOf(a: ExitCode, b: ExitCode): ExitCode {
  return ORDER.find((code) => code === a || code === b) ?? EXIT.pass
}
