import type { DemoServers } from '../../demo/demo-servers.ts'
import { labelled, wrap } from '../../report/page.ts'
import { formatDuration, formatList } from '../../wording/figures.ts'
import { variablesForSuites } from '../environment/variables.ts'
import { TARGET_VARIABLES } from './command-target.ts'
import { EXIT, type CommandHost, type ExitCode } from './host.ts'

/** How a suite runs on a server of the demo. */
export interface SuiteDemo {
  /** Returns what the servers do, so that a reader can compare the findings with it. */
  server(isShort: boolean): string
  /** Duration of the short form in seconds. */
  readonly shortS: number
  /** Declares the suite, in its short form or at full length. */
  declare(host: CommandHost, servers: DemoServers, isShort: boolean): void
}

/** A suite as the plan of the demo lists it. */
interface DemoSuite {
  readonly about: string
  readonly demo: SuiteDemo
}

type DemoSuites = Readonly<Record<string, DemoSuite>>

/**
 * Removes the variables that do not apply to a demo: the targets, and in its short form all others that change what a
 * suite sends. Returns a line that names them; undefined if none is set.
 */
export function withoutTargets(env: Record<string, string | undefined>, isShort: boolean): string | undefined {
  const targets = TARGET_VARIABLES.filter((name) => (env[name] ?? '').trim() !== '')
  const ignored = isShort ? [...targets, ...variablesForSuites(env)] : targets
  for (const name of ignored) delete env[name]
  if (ignored.length === 0) return undefined
  return `The demo ignores ${formatList(ignored)}.${isShort ? ' Name a suite to use them: describe-load limits' : ''}`
}

/** Returns what the short demo does and how long it takes, before it starts. */
export function planOfDemo(suites: DemoSuites): string {
  const entries = Object.entries(suites)
  return [
    wrap(
      'No suite was named, so this is a demo: a short form of each suite, against servers that it starts on this ' +
        `machine and stops at the end. It takes about ${totalS(suites)} s. Ctrl-C ends it, and keeps the results so far.`,
      0,
    ),
    '',
    ...entries.map(([name, { about, demo }]) => labelled(name, `${about} (${demo.shortS} s)`, 2, NAME_COLUMNS)),
    '',
    'A short run proves less than one at full length: describe-load limits --demo',
  ].join('\n')
}

const NAME_COLUMNS = 12

function totalS(suites: DemoSuites): number {
  const seconds = Object.values(suites).reduce((sum, { demo }) => sum + demo.shortS, 0)
  return 5 * Math.round(seconds / 5)
}

/** Returns how each suite ended, and how long all of them took. */
export function endOfSuites(codes: ReadonlyMap<string, ExitCode>, tookMs: number): string {
  const ended = Array.from(codes, ([name, code]) => `${name} ${ENDED[code]}`)
  return wrap(`${codes.size} suites in ${formatDuration(tookMs)}: ${ended.join(', ')}.`, 0)
}

const ENDED: Readonly<Record<ExitCode, string>> = {
  [EXIT.pass]: 'passed',
  [EXIT.failed]: 'failed',
  [EXIT.usage]: 'did not start',
  [EXIT.open]: 'undecided',
}

/** Returns the commands that load a service of the reader. */
export function nextSteps(): string {
  const width = Math.max(...STEPS.map(([, command]) => command.length))
  return [
    'To load your own service, replace the URL:',
    ...STEPS.map(([about, command]) => `  npx describe-load ${command.padEnd(width)}  # ${about}`),
  ].join('\n')
}

const STEPS = [
  ['one URL', 'run http://127.0.0.1:3000/ -r 50'],
  ['its limit', 'limits -t http://127.0.0.1:3000'],
  ['an MCP server', 'mcp-stress -- node server.js'],
  ['all suites', 'all -t http://127.0.0.1:3000 -d 5'],
  ['all flags', 'help limits'],
] as const
