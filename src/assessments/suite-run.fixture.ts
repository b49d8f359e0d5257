import { vi } from 'vitest'
import { CommandHost, type ExitCode } from '../hosts/command/host.ts'
import type { LoadRecord } from '../model/record.ts'
import type { SuiteHost } from './suite.ts'

export interface SuiteRun {
  readonly code: ExitCode
  /** What the suite printed. */
  readonly text: string
  /** Undefined if it ended before its first run. */
  readonly record: LoadRecord | undefined
}

/** Runs a suite with a set of variables instead of the environment, as the command does. */
export async function runSuite(
  declare: (host: SuiteHost) => void,
  variables: Readonly<Record<string, string>> = {},
): Promise<SuiteRun> {
  const lines: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
  try {
    const screen = { start() {}, say: (line: string) => void lines.push(line), live() {} }
    const host = new CommandHost(screen, new AbortController().signal, (error) => error)
    declare(host)
    const code = await host.run()
    return { code, text: lines.join('\n'), record: host.loads[0]?.record }
  } finally {
    vi.unstubAllEnvs()
    log.mockRestore()
  }
}
