import { env, stderr } from 'node:process'

/** Speaks only under `LOAD_LOG=debug`, past the host's own capturing of output, so that it is in order of time. */
export function debugLog(text: string): void {
  if (env['LOAD_LOG'] === 'debug') stderr.write(`describe-load: ${text}\n`)
}
