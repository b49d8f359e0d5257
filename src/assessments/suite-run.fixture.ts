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

/**
 * Runs a suite as the command does, in a test or in a script, with a set of variables in addition to those of the
 * environment. `onLine` receives each line that it prints.
 */
export async function runSuite(
  declare: (host: SuiteHost) => void,
  variables: Readonly<Record<string, string>> = {},
  onLine: (line: string) => void = () => {},
): Promise<SuiteRun> {
  const lines: string[] = []
  const say = (line: string): void => {
    lines.push(line)
    onLine(line)
  }
  const { log } = console
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const)
  try {
    console.log = say
    Object.assign(process.env, variables)
    const screen = { start: onLine, say, live() {} }
    const host = new CommandHost(screen, new AbortController().signal, (error) => error)
    declare(host)
    const code = await host.run()
    return { code, text: lines.join('\n'), record: host.loads[0]?.record }
  } finally {
    console.log = log
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}
