import { vi } from 'vitest'
import { parseCLI } from 'vitest/node'

/** Returns the options of a command line that Vitest's help does not have; `parseCLI` alone accepts any option. */
export function unknownVitestOptions(words: readonly string[]): readonly string[] {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  parseCLI(['vitest', 'run', '--help'])
  const help = log.mock.calls.join('\n')
  log.mockRestore()
  const options = words.flatMap((word) => /^--(?:no-)?([\w.-]+)/.exec(word)?.[1] ?? [])
  // `--outputFile.junit` sets a part of `--outputFile`.
  return options.filter((option) => !new RegExp(`--${option.replace(/\..*/, '')}\\b`).test(help))
}
