import { type FlagName, FLAGS, flagsOf } from './flags.ts'

/** What the help says about a subcommand. */
export interface Topic {
  /** Describes in one line what it does. */
  readonly about: string
  /** How long it usually takes. */
  readonly takes: string
  /** Command lines to copy, without the name of the command. */
  readonly examples: readonly string[]
}

const EXIT_CODES =
  'exit codes: 0 passed or leans to a pass, 1 failed, 2 usage error, 3 invalid or otherwise inconclusive, 130 Ctrl-C'

/** Returns the help of one subcommand, or of all. */
export function help(topics: Readonly<Record<string, Topic>>, name: string | undefined): string {
  const topic = name === undefined ? undefined : topics[name]
  if (name === undefined || topic === undefined) return overview(topics)
  return [
    `describe-load ${name}${name === 'run' ? ' URL' : ''} [flags]${takesCommand(name) ? ' [-- command of an MCP server over pipes]' : ''}`,
    '',
    `  ${topic.about}`,
    `  It takes ${topic.takes}.`,
    '',
    'examples:',
    ...topic.examples.map((example) => `  describe-load ${example}`),
    '',
    ...flagLines(flagsOf(name)),
    '',
    EXIT_CODES,
  ].join('\n')
}

function overview(topics: Readonly<Record<string, Topic>>): string {
  const entries = Object.entries(topics)
  const width = Math.max(...entries.map(([name]) => name.length))
  return [
    'describe-load <suite> [flags] [-- command of an MCP server over pipes]',
    'describe-load run URL [flags]',
    'describe-load baseline save|update|show|history  (runs that toNotRegressFrom compares with)',
    'describe-load help <suite>',
    'describe-load                 (a demo of all suites)',
    '',
    ...entries.map(([name, { about, takes }]) => `  ${name.padEnd(width)}  ${about} (${takes})`),
    '',
    'examples:',
    ...entries.flatMap(([, { examples }]) => examples.slice(0, 1).map((example) => `  describe-load ${example}`)),
    '',
    ...flagLines(flagsOf(undefined)),
    '',
    EXIT_CODES,
  ].join('\n')
}

function takesCommand(name: string): boolean {
  return flagsOf(name).includes('target')
}

function flagLines(names: readonly FlagName[]): readonly string[] {
  const lines = names.map((name) => [usageOf(name), aboutOf(name)] as const)
  const width = Math.max(...lines.map(([usage]) => usage.length))
  return lines.map(([usage, about]) => `  ${usage.padEnd(width)}  ${about}`)
}

function usageOf(name: FlagName): string {
  const { short, value } = FLAGS[name]
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`
}

function aboutOf(name: FlagName): string {
  const { about, variable } = FLAGS[name]
  return variable === undefined ? about : `${about} (${variable})`
}
