import { env, stderr } from 'node:process'
import { cleanText } from '../model/text/clean.ts'

/**
 * Logs only with `LOAD_LOG=debug`. Bypasses the host's capturing of output, so that lines are in chronological order.
 */
export function debugLog(text: string): void {
  if (env['LOAD_LOG'] === 'debug') stderr.write(cleanText(`describe-load: ${text}\n`))
}
