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

/** Returns no colors. */
export function noColors(): ChalkInstance {
  return new (loadChalk().Chalk)({ level: 0 })
}

// Chalk ignores NO_COLOR (https://no-color.org). It wins over FORCE_COLOR, as it does in Vitest.
function colorsOf(of: (library: typeof Library) => ChalkInstance): ChalkInstance {
  return (env['NO_COLOR'] ?? '') === '' ? of(loadChalk()) : noColors()
}

// Loaded with the first text, because a process that imports the plugin or the reporter may print none.
function loadChalk(): typeof Library {
  return createRequire(import.meta.url)('chalk') as typeof Library
}
