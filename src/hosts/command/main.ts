import { cleanText } from '../../model/text/clean.ts'
import { messageOf } from '../../model/thrown.ts'
import { collectSpool } from '../spool-collection.ts'
import { openSpool, removeSpool } from '../spool.ts'
import { stderrColors, stdoutColors } from '../terminal-colors.ts'
import { writeReports } from '../write-reports.ts'
import { readArguments } from './arguments.ts'
import { CommandHost, EXIT, type ExitCode, worseOf } from './host.ts'
import { createScreen } from './screen.ts'

/** A suite as the command runs it. */
export interface CommandSuite {
  /** Describes in one line what it determines. */
  readonly about: string
  /** Declares the suite; throws `LoadPlanError` if the environment is invalid. */
  declare(host: CommandHost): void
  /** True if it has a default target. */
  readonly hasDefaultTarget?: boolean
}

export interface CommandOptions {
  readonly words: readonly string[]
  readonly suites: Readonly<Record<string, CommandSuite>>
  readonly version: string
}

/** Exit code after Ctrl-C, as in shells. */
const INTERRUPTED = 130

/** Runs the command. Prints to stdout and resolves with the exit code. */
export async function main({ words, suites, version }: CommandOptions): Promise<number> {
  const screen = createScreen(process.stdout)
  const asked = readArguments(words, Object.keys(suites))
  if (asked.kind === 'version') {
    screen.say(version)
    return EXIT.pass
  }
  if (asked.kind === 'help') {
    screen.say(help(suites, asked.suite))
    return EXIT.pass
  }
  if (asked.kind === 'mistake') {
    process.stderr.write(
      `${stderrColors().red('describe-load:')} ${cleanText(asked.message)}\n  → describe-load --help\n`,
    )
    return EXIT.usage
  }
  Object.assign(process.env, asked.env)
  const wanting = asked.suites.filter((name) => suites[name]?.hasDefaultTarget !== true && !hasTarget())
  if (wanting.length > 0) {
    process.stderr.write(
      `${stderrColors().red('describe-load:')} no target for ${wanting.join(', ')}\n  → use -t http://127.0.0.1:3000 (or LOAD_TARGET), or put the command of an MCP server after --\n`,
    )
    return EXIT.usage
  }

  const spool = openSpool()
  const abort = new AbortController()
  const host = new CommandHost(screen, abort.signal)
  const root = process.cwd()
  // By now, the running load has written its record into the spool, because its signal handler was registered first.
  const end = (): void => {
    screen.live(undefined)
    const cutOff = collectSpool(spool)
    const names = new Set(cutOff.map(({ test }) => test))
    screen.say(stdoutColors().yellow('\nInterrupted: the reports contain the results so far.'))
    const loads = [...host.loads.filter(({ test }) => !names.has(test)), ...cutOff]
    for (const line of writeReports(loads, { root })) screen.say(line)
    removeSpool(spool)
    process.exit(INTERRUPTED)
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  let worst: ExitCode = EXIT.pass
  try {
    for (const name of asked.suites) {
      if (asked.suites.length > 1) screen.say(`\n${stdoutColors().bold(name)}: ${suites[name]?.about ?? ''}`)
      suites[name]?.declare(host)
      worst = worseOf(worst, await host.run())
    }
  } catch (error) {
    // Declaring a suite reads the environment; the error lists every issue of it.
    process.stderr.write(`${stderrColors().red('describe-load:')} ${cleanText(messageOf(error))}\n`)
    worst = EXIT.usage
  } finally {
    for (const line of writeReports(host.loads, { root })) screen.say(line)
    removeSpool(spool)
  }
  return worst
}

function hasTarget(): boolean {
  return Object.entries(process.env).some(
    ([key, value]) => key.startsWith('LOAD_TARGET') && (value ?? '').trim() !== '',
  )
}

function help(suites: Readonly<Record<string, CommandSuite>>, suite: string | undefined): string {
  const known = suite === undefined ? undefined : suites[suite]
  if (suite !== undefined && known !== undefined)
    return [
      `describe-load ${suite} [flags] [-- command of an MCP server over pipes]`,
      '',
      `  ${known.about}`,
      '',
      ...FLAGS,
    ].join('\n')
  const width = Math.max(...Object.keys(suites).map((name) => name.length))
  return [
    'describe-load <suite> [flags] [-- command of an MCP server over pipes]',
    '',
    ...Object.entries(suites).map(([name, { about }]) => `  ${name.padEnd(width)}  ${about}`),
    `  ${'all'.padEnd(width)}  runs all suites, one after another`,
    '',
    ...FLAGS,
  ].join('\n')
}

const FLAGS = [
  '  -t, --target URL     http(s):// ws(s):// tcp:// tls:// mcp+http(s):// mcp+ws(s):// mcp+tcp://  (LOAD_TARGET)',
  '  -d, --duration s     duration of each part of a suite, in seconds          (LOAD_DURATION)',
  '  -r, --rate rps       requests per second, if the suite does not search     (LOAD_RATE)',
  '  -p, --threads n      generator threads                                     (LOAD_THREADS)',
  '      --trace          trace every request; --no-trace: trace none           (LOAD_TRACE)',
  '  -o, --output dir     folder for the artifacts, reports by default          (LOAD_REPORTS_DIR)',
  '  -v, --verbose        log the engine, its connections and the target        (LOAD_LOG=debug)',
  '  -h, --help           print this help; --version: print the version',
  '',
  'exit codes: 0 passed, 1 failed, 2 usage error, 3 invalid or inconclusive',
]
