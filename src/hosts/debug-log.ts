import { env, stderr } from 'node:process'

/**
 * Logs only with `LOAD_LOG=debug`. Bypasses the host's capturing of output, so that lines are in chronological order.
 */
export function debugLog(text: string): void {
  if (env['LOAD_LOG'] === 'debug') stderr.write(`describe-load: ${text}\n`)
}
