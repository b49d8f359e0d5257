import { spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { programFile } from '../../model/program-file.ts'

/** Ends a process group when this process dies for any reason, including SIGKILL. */
export interface Guard {
  watchOver(group: number): void
  /** Stops the guard when there is nothing left to guard. */
  dismiss(): void
}

/** Starts the watchdog before the group exists. Once the group exists, only one write to a pipe can fail. */
export function startGuard(): Guard {
  const file = fileURLToPath(programFile('watchdog', import.meta.url))
  const watchdog = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
    // A separate session; otherwise Ctrl-C in a terminal would end the watchdog together with this process.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, NODE_OPTIONS: '', NODE_V8_COVERAGE: undefined },
  })
  watchdog.unref()
  if (watchdog.stdin instanceof Socket) watchdog.stdin.unref()
  watchdog.on('error', () => {})
  watchdog.stdin.on('error', () => {})
  return {
    watchOver: (group) => void watchdog.stdin.write(String(group)),
    dismiss: () => void watchdog.kill('SIGKILL'),
  }
}
