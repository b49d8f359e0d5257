import { writeSync } from 'node:fs'
import { stderrColors, stdoutColors } from '../../terminal-colors.ts'
import { EXIT } from '../host.ts'
import { createScreen } from '../screen.ts'
import { checkMachine } from './check-machine.ts'
import { reportOf } from './report.ts'

export interface DoctorOptions {
  readonly isQuick: boolean
  readonly isJson: boolean
}

/** Exit code after Ctrl-C, as in shells. */
const INTERRUPTED = 130

/** Checks whether this machine is fit for load tests, and prints what it found. Resolves with the exit code. */
export async function doctorCommand({ isQuick, isJson }: DoctorOptions): Promise<number> {
  const screen = createScreen(isJson ? process.stderr : process.stdout)
  const abort = new AbortController()
  const interrupt = (): void => {
    // A second Ctrl-C does not wait for the step to end.
    if (abort.signal.aborted) process.exit(INTERRUPTED)
    abort.abort(new Error('interrupted'))
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  screen.start(`doctor: is this machine fit for load tests? (about ${isQuick ? '15 s' : '1 min'})`)
  const check = await checkMachine(isQuick, screen, abort.signal)
  screen.live(undefined)
  screen.say(reportOf(check, isJson ? stderrColors() : stdoutColors()))
  // Synchronous, because the process exits now.
  if (isJson) writeSync(1, `${JSON.stringify(check, null, 1)}\n`)
  if (!check.isComplete) return INTERRUPTED
  return check.isFit ? EXIT.pass : EXIT.failed
}
