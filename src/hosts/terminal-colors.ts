import { createRequire } from 'node:module'
import { env } from 'node:process'
import type * as Library from 'chalk'
import type { ChalkInstance, ColorInfo } from 'chalk'

let onStdout: ChalkInstance | undefined
let onStderr: ChalkInstance | undefined

/** Returns the colors of text on stdout: none if it is no terminal. `FORCE_COLOR` and `NO_COLOR` take precedence. */
export function stdoutColors(): ChalkInstance {
  return (onStdout ??= colorsOf(({ supportsColor }) => supportsColor))
}

/** Returns the colors of text on stderr, by the same rules. */
export function stderrColors(): ChalkInstance {
  return (onStderr ??= colorsOf(({ supportsColorStderr }) => supportsColorStderr))
}

// Chalk ignores NO_COLOR (https://no-color.org). It wins over FORCE_COLOR, as it does in Vitest.
function colorsOf(supportOf: (library: typeof Library) => ColorInfo): ChalkInstance {
  // Loaded with the first text, because a process that imports the plugin or the reporter may print none.
  const library = createRequire(import.meta.url)('chalk') as typeof Library
  const supported = supportOf(library)
  return new library.Chalk({ level: (env['NO_COLOR'] ?? '') !== '' || supported === false ? 0 : supported.level })
}
