import type { Vitest } from 'vitest/node'
import { valueAt } from './value-at.ts'

/** Where the reporter prints. */
export interface ReportConsole {
  /** Whether another reporter shows each test to a person. */
  readonly showsTests: boolean
  /** Whether Vitest's reporter for GitHub Actions runs. */
  readonly annotatesErrors: boolean
  /** Whether a JUnit report is written. */
  readonly writesJunit: boolean
  /** Whether a reporter for programs that read the terminal runs, which shows only failures. */
  readonly isBrief: boolean
  /** Whether another reporter may have left its line unfinished. */
  readonly leavesLine: boolean
  log(text: string): void
}

/** Reporters whose output a program reads, from stdout unless they have an output file. */
const MACHINE_READ: ReadonlySet<string> = new Set(['json', 'junit', 'tap', 'tap-flat'])

/** Vitest uses one of these where it finds that an agent runs it. */
const BRIEF: ReadonlySet<string> = new Set(['agent', 'minimal'])

/** Reporters that show no single test. */
const SHOW_NO_TESTS: ReadonlySet<string> = new Set([
  ...MACHINE_READ,
  ...BRIEF,
  'blob',
  'github-actions',
  'hanging-process',
  'html',
])

/** Returns whether the run has Vitest's UI or its HTML reporter, which show annotations with images. */
export function showsImages({ config: { ui, reporters } }: Pick<Vitest, 'config'>): boolean {
  return (
    ui ||
    reporters.some(
      (reporter: unknown) =>
        reporter === 'html' || valueAt(reporter, '0') === 'html' || valueAt(reporter, 'name') === 'html',
    )
  )
}

/** Prints to stdout, or to stderr if a program reads the output of another reporter from stdout. */
export function consoleOf({ config, logger }: Vitest): ReportConsole {
  const reporters = namedReporters(config.reporters)
  const readsStdout = reporters.some(({ name, options }) => MACHINE_READ.has(name) && !hasFile(config, name, options))
  return {
    annotatesErrors: reporters.some(({ name }) => name === 'github-actions'),
    writesJunit: reporters.some(({ name }) => name === 'junit'),
    isBrief: reporters.some(({ name }) => BRIEF.has(name)),
    leavesLine: reporters.some(({ name }) => name === 'dot'),
    showsTests: reporters.some(({ name }) => !SHOW_NO_TESTS.has(name)),
    log: (text) => (readsStdout ? logger.error(text) : logger.log(text)),
  }
}

interface NamedReporter {
  readonly name: string
  readonly options: unknown
}

/** Names the reporters of the configuration; an object is a custom reporter, and describe-load's is left out. */
function namedReporters(reporters: readonly unknown[]): readonly NamedReporter[] {
  return reporters.flatMap((reporter): NamedReporter[] => {
    const [named, options]: readonly unknown[] = Array.isArray(reporter) ? reporter : [reporter]
    if (typeof named === 'string') return named === 'describe-load/reporter' ? [] : [{ name: named, options }]
    const isOurs = typeof named === 'object' && named !== null && Reflect.get(named, 'name') === 'describe-load'
    return isOurs ? [] : [{ name: '', options }]
  })
}

function hasFile({ outputFile }: Vitest['config'], name: string, options: unknown): boolean {
  if (typeof options === 'object' && options !== null && Reflect.get(options, 'outputFile') !== undefined) return true
  return typeof outputFile === 'object' ? Reflect.get(outputFile, name) !== undefined : outputFile !== undefined
}
