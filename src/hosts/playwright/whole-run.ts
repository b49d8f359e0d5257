import type { PlaywrightTestConfig } from '@playwright/test'

/** Options of `playwright test` that take a value and select no tests. */
const WITH_VALUE: ReadonlySet<string> = new Set([
  '-c',
  '--config',
  '--global-timeout',
  '-j',
  '--workers',
  '--max-failures',
  '--output',
  '--repeat-each',
  '--reporter',
  '--retries',
  '--shard',
  '--timeout',
  '--trace',
  '--tsconfig',
  '--update-snapshots',
  '-u',
])

/** Options that select tests, with or without a value, or leave the selection to a person. */
const SELECTING =
  /^(?:-g|-G|--(?:grep|grep-invert|last-failed|only-changed|project|test-list|ui|ui-host|ui-port)(?:=|$))/

/** Options for which Playwright treats the projects that another one depends on differently from that project. */
const DIVIDING = ['--shard', '--repeat-each'] as const

/**
 * Returns the option of this command line, or the key of the configuration, that divides or repeats tests. Playwright
 * applies it only to projects on which no other one depends: a shard with load tests would run all tests of the others.
 */
export function dividingOption(
  words: readonly string[],
  { shard }: Pick<PlaywrightTestConfig, 'shard'>,
): string | undefined {
  const option = DIVIDING.find((name) => words.some((word) => word === name || word.startsWith(`${name}=`)))
  return option ?? (shard === undefined || shard === null ? undefined : 'shard in the configuration')
}

/**
 * Returns whether this command line of Playwright runs the tests of all files and projects. In a worker process, and for
 * an editor, the command is another one.
 */
export function isWholeRun([, , command, ...words]: readonly string[]): boolean {
  return (
    command === 'test' &&
    words.every((word, index) =>
      word.startsWith('-') ? !SELECTING.test(word) : WITH_VALUE.has(words[index - 1] ?? ''),
    )
  )
}
