import { createRequire } from 'node:module'
import { env } from 'node:process'
import type * as Library from 'chalk'
import type { ChalkInstance } from 'chalk'

let onStdout: ChalkInstance | undefined
let onStderr: ChalkInstance | undefined

/**
 * Returns the colors of text on stdout: none if stdout is not a terminal. `FORCE_COLOR` and `NO_COLOR` take precedence.
 */
export function stdoutColors(): ChalkInstance {
  return (onStdout ??= colorsOf((library) => library.default))
}

/** Returns the colors of text on stderr, by the same rules. */
export function stderrColors(): ChalkInstance {
  return (onStderr ??= colorsOf(({ chalkStderr }) => chalkStderr))
}

// Chalk ignores NO_COLOR (https://no-color.org). It wins over FORCE_COLOR, as it does in Vitest.
function colorsOf(of: (library: typeof Library) => ChalkInstance): ChalkInstance {
  // Loaded with the first text, because a process that imports the plugin or the reporter may print none.
  const library = createRequire(import.meta.url)('chalk') as typeof Library
  return (env['NO_COLOR'] ?? '') === '' ? of(library) : new library.Chalk({ level: 0 })
}
