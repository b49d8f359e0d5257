import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { formatValue, NOT_SHOWN } from '../../model/errors.ts'
import { nearestName } from '../../model/nearest-name.ts'
import { messageOf } from '../../model/thrown.ts'
import { formatList } from '../../wording/figures.ts'
import { type Env, readVariables, type VariableName, variablesForSuites } from '../environment/variables.ts'
import type { InitOptions } from './init/run-init.ts'
import type { DoctorOptions } from './doctor/index.ts'
import { FLAG_NAMES, type FlagName, FLAGS, flagsOf } from './flags.ts'
import { Given, Mistake } from './given.ts'

/** A run that a command line requests. */
export interface AskedRun {
  readonly kind: 'run'
  /** Names of suites, or `run` alone. */
  readonly suites: readonly string[]
  /** The variables that the flags set; they take precedence over those of the environment. */
  readonly env: Readonly<Partial<Record<VariableName, string>>>
  /** The path to append to the target. */
  readonly path: string | undefined
  readonly isJson: boolean
  /** Options of `run` whose flags set no variable, by flag. */
  readonly options: Readonly<Partial<Record<FlagName, string>>>
  /** The flags as they were written, by name. */
  readonly flags: ReadonlyMap<FlagName, string>
  /** Loads servers that the command starts: all suites in a short form, or the named ones at full length. */
  readonly demo: 'short' | 'full' | undefined
  /** Lines to print before the run. */
  readonly notes: readonly string[]
}

/** What a command line requests. */
export type Asked =
  | { readonly kind: 'help'; readonly topic: string | undefined }
  | { readonly kind: 'version' }
  | { readonly kind: 'mistake'; readonly message: string }
  | { readonly kind: 'init'; readonly options: InitOptions }
  | { readonly kind: 'doctor'; readonly options: DoctorOptions }
  | AskedRun

const PARSED = Object.fromEntries(
  FLAG_NAMES.map((name) => {
    const { short, value } = FLAGS[name]
    const type = value === undefined ? ('boolean' as const) : ('string' as const)
    return [name, { type, multiple: true, ...(short !== undefined && { short }) }]
  }),
)

/** Reads a command line; `suites` are the names of the suites, `env` the variables of the environment. */
export function readArguments(words: readonly string[], suites: readonly string[], env: Env): Asked {
  try {
    return read(words, suites, env)
  } catch (error) {
    if (error instanceof Mistake) return { kind: 'mistake', message: error.message }
    throw error
  }
}

function read(words: readonly string[], suites: readonly string[], ambient: Env): Asked {
  const split = words.indexOf('--')
  const own = split < 0 ? words : words.slice(0, split)
  const command = split < 0 ? undefined : words.slice(split + 1)
  const { tokens, positionals } = parseArgs({
    args: [...own],
    options: PARSED,
    allowPositionals: true,
    // A table of flags explains a mistake better than the parser.
    strict: false,
    tokens: true,
  })
  const given = new Given()
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== 'option') continue
    const next = tokens[at + 1]
    given.add(token, next?.kind === 'positional' ? next.value : undefined)
  }
  const topics = [...suites, 'run', 'init', 'doctor', 'all']
  const [topic, ...more] = positionals[0] === 'help' ? positionals.slice(1) : positionals
  if (given.has('version')) return { kind: 'version' }
  if (given.has('help') || positionals[0] === 'help') {
    if (topic !== undefined) requireTopic(topic, topics)
    return { kind: 'help', topic }
  }
  if (topic === undefined) requireDemo(given, command, suites)
  else requireTopic(topic, topics)
  if (topic === 'init') return { kind: 'init', options: initOptions(given, more, command) }
  if (topic === 'doctor') return { kind: 'doctor', options: doctorOptions(given, more, command) }
  const isRun = topic === 'run'
  const [url, ...rest] = isRun ? more : [undefined, ...more]
  if (rest.length > 0) {
    throw new Mistake(`${isRun ? 'name one URL' : 'name one suite, or all'}; unexpected: ${rest.join(' ')}`)
  }
  const targets = [url, given.value('target'), command].filter((each) => each !== undefined)
  if (targets.length > 1) {
    throw new Mistake(`use either ${isRun ? 'a URL' : '-t'} or a command after --, not both`)
  }
  if (command?.length === 0) throw new Mistake('the command of an MCP server is missing after --')
  if (given.has('trace') && given.has('no-trace')) throw new Mistake('use either --trace or --no-trace, not both')
  if (given.has('rate') && given.has('concurrency')) throw new Mistake('use either -r or --concurrency, not both')
  if (given.has('demo')) requireNoTarget(given, targets)
  const unused = topic === undefined ? [] : notHonoured(topic, suites, { given, command, ambient })
  const target = command === undefined ? (url ?? given.value('target')) : JSON.stringify(command)
  const env = environmentOf(given, target)
  requireValid(env, given, url)
  return {
    kind: 'run',
    suites: topic === undefined || topic === 'all' ? suites : [topic],
    demo: topic === undefined ? 'short' : given.has('demo') ? 'full' : undefined,
    env,
    path: pathOf(given),
    isJson: given.has('json'),
    options: given.options(),
    flags: given.flags(url),
    notes: unused,
  }
}

function initOptions(given: Given, more: readonly string[], command: readonly string[] | undefined): InitOptions {
  if (more.length > 0 || command !== undefined) {
    throw new Mistake(`init takes only flags: --url URL, or --command 'npm start'; unexpected: ${more[0] ?? '--'}`)
  }
  requireFlagsOf('init', given)
  return {
    url: given.value('url'),
    command: given.value('command'),
    runner: given.value('runner'),
    isYes: given.has('yes'),
    isDry: given.has('dry-run'),
  }
}

function doctorOptions(given: Given, more: readonly string[], command: readonly string[] | undefined): DoctorOptions {
  if (more.length > 0 || command !== undefined) {
    throw new Mistake(`doctor takes only flags: --quick, --json; unexpected: ${more[0] ?? '--'}`)
  }
  requireFlagsOf('doctor', given)
  return { isQuick: given.has('quick'), isJson: given.has('json') }
}

function requireFlagsOf(topic: 'init' | 'doctor', given: Given): void {
  const other = given.names().find((name) => !flagsOf(topic).includes(name))
  if (other === undefined) return
  throw new Mistake(`${topic} does not use ${given.written(other)}, which is a flag of ${formatList(flagsBy(other))}`)
}

/** Flags that apply to the short demo of all suites. */
const DEMO_FLAGS: ReadonlySet<FlagName> = new Set(['demo', 'json', 'output', 'seed', 'verbose'])

/** Without a suite, the command runs the demo. Its short form has no target and no rate, so it takes few flags. */
function requireDemo(given: Given, command: readonly string[] | undefined, suites: readonly string[]): void {
  const other = given.names().find((name) => !DEMO_FLAGS.has(name))
  if (other === undefined && command === undefined) return
  const flag = other === undefined ? '--' : given.written(other)
  throw new Mistake(`${flag} needs a suite: name ${suites.join(', ')} or all; or run URL`)
}

function requireNoTarget(given: Given, targets: readonly unknown[]): void {
  if (targets.length > 0) throw new Mistake('use either --demo or a target, not both')
  if (given.has('path')) throw new Mistake('use either --demo or --path, not both')
}

function requireTopic(topic: string, known: readonly string[]): void {
  if (known.includes(topic)) return
  const meant = nearestName(topic, known)
  const isUrl = /[:/.]/.test(topic)
  const hint = isUrl
    ? `: did you mean run ${topic}?`
    : meant === undefined
      ? `, expected one of: ${known.join(', ')}`
      : `: did you mean ${meant}?`
  throw new Mistake(`unknown suite ${topic}${hint}`)
}

/** What a command line and its environment set. */
interface Settings {
  readonly given: Given
  readonly command: readonly string[] | undefined
  readonly ambient: Env
}

/**
 * Throws if the only subcommand cannot honour a flag or a variable for suites; for all suites, returns one line that
 * says which suites ignore which of them.
 */
function notHonoured(topic: string, suites: readonly string[], settings: Settings): readonly string[] {
  const { given } = settings
  if (topic !== 'all') {
    const [first] = ignoredBy(topic, settings)
    if (first === undefined) return []
    const { flags } = first
    const kind = first.isVariable ? 'variable' : 'flag'
    const by = [...new Set(flags.flatMap(flagsBy))]
    const why = flags.map((name) => whyNot(name, topic)).find((each) => each !== undefined)
    const reason = why === undefined ? '' : `: ${why}`
    throw new Mistake(`${topic} does not use ${first.written}, which is a ${kind} of ${formatList(by)}${reason}`)
  }
  for (const name of given.names()) {
    if (!suites.some((suite) => flagsOf(suite).includes(name))) {
      throw new Mistake(`no suite uses ${given.written(name)}, which is a flag of ${formatList(flagsBy(name))}`)
    }
  }
  const ignored = suites.flatMap((suite) => {
    const names = ignoredBy(suite, settings).map(({ written: name }) => name)
    return names.length === 0 ? [] : [`${suite} ignores ${formatList(names)}`]
  })
  return ignored.length === 0 ? [] : [ignored.join('; ')]
}

/** A flag or a variable, and the flags that have the same effect. */
interface Setting {
  readonly written: string
  readonly flags: readonly FlagName[]
  readonly isVariable: boolean
}

/** Returns the settings that a subcommand cannot honour. A flag replaces its variable, which then counts as unset. */
function ignoredBy(runner: string, { given, command, ambient }: Settings): readonly Setting[] {
  const honoured = flagsOf(runner)
  const names = given.names()
  const variables = variablesForSuites(ambient).filter(
    (variable) => !names.some((name) => FLAGS[name].variable === variable),
  )
  const settings: readonly Setting[] = [
    ...names.map((name) => ({ written: given.written(name), flags: [name], isVariable: false })),
    ...(command === undefined ? [] : [{ written: '--', flags: ['target'] as const, isVariable: false }]),
    ...variables.map((variable) => ({
      written: variable,
      flags: FLAG_NAMES.filter((name) => FLAGS[name].variable === variable),
      isVariable: true,
    })),
  ]
  return settings.filter(({ flags }) => !flags.some((name) => honoured.includes(name)))
}

function whyNot(name: FlagName, runner: string): string | undefined {
  const { notBy } = FLAGS[name]
  return (notBy as Readonly<Record<string, string>> | undefined)?.[runner]
}

function flagsBy(name: FlagName): readonly string[] {
  return FLAGS[name].by
}

/** Returns the variables that the flags set. */
function environmentOf(given: Given, target: string | undefined): AskedRun['env'] {
  const env: Partial<Record<VariableName, string>> = {}
  for (const name of given.names()) {
    const { variable, value } = FLAGS[name]
    if (variable !== undefined && value !== undefined) env[variable] = given.value(name) ?? ''
  }
  const request = requestOf(given)
  return {
    ...env,
    ...(target !== undefined && { LOAD_TARGET: target }),
    ...(given.has('header') && { LOAD_HEADERS: JSON.stringify(headersOf(given)) }),
    ...(request !== undefined && { LOAD_REQUEST: JSON.stringify(request) }),
    ...(given.has('allow-host') && { LOAD_ALLOW_HOSTS: given.all('allow-host').join(',') }),
    ...(given.has('insecure') && { LOAD_TLS_INSECURE: '1' }),
    ...(given.has('trace') && { LOAD_TRACE: 'all' }),
    ...(given.has('no-trace') && { LOAD_TRACE: 'off' }),
    ...(given.has('once') && { LOAD_ONCE: '1' }),
    ...(given.has('verbose') && { LOAD_LOG: 'debug' }),
  }
}

function headersOf(given: Given): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.all('header').map((header) => {
      const at = header.indexOf(':')
      // A header may be secret, and without a colon nothing shows which part is its name.
      if (at < 1) throw new Mistake(`${given.written('header')} must be 'name: value', got ${formatValue(NOT_SHOWN)}`)
      return [header.slice(0, at).trim(), header.slice(at + 1).trim()]
    }),
  )
}

/** The flags that say what is sent, by the protocol that sends it. */
const SENT = [['method', 'body'], ['data'], ['tool', 'arguments']] as const satisfies readonly (readonly FlagName[])[]

function requestOf(given: Given): Readonly<Record<string, unknown>> | undefined {
  const used = SENT.flatMap((names) => names.filter((name) => given.has(name)).slice(0, 1))
  if (given.has('request') && used[0] !== undefined) {
    throw new Mistake(`--request and ${given.written(used[0])} cannot be combined: write it into the request`)
  }
  const [first, second] = used
  if (first === undefined) return undefined
  if (second !== undefined) {
    throw new Mistake(
      `${given.written(first)} and ${given.written(second)} cannot be combined: they are for different protocols`,
    )
  }
  if (given.has('arguments') && !given.has('tool')) throw new Mistake('--arguments needs --tool NAME')
  const method = given.value('method') ?? (given.has('body') ? 'POST' : undefined)
  const toolArguments = given.value('arguments')
  return {
    ...(method !== undefined && { method }),
    ...(given.has('body') && { body: textOf('body', given) }),
    ...(given.has('data') && { data: textOf('data', given) }),
    ...(given.has('tool') && { tool: given.value('tool') }),
    ...(toolArguments !== undefined && { arguments: jsonObject(toolArguments) }),
  }
}

/** Returns the text of a flag, or the content of the file that it names. */
function textOf(name: FlagName, given: Given): string {
  const value = given.value(name) ?? ''
  if (!value.startsWith('@')) return value
  try {
    return readFileSync(value.slice(1), 'utf8')
  } catch (error) {
    throw new Mistake(`--${name} ${value} cannot be read: ${messageOf(error)}`)
  }
}

function jsonObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // The mistake below says what is expected.
  }
  throw new Mistake(`--arguments must be a JSON object, such as '{"message":"hello"}', got ${formatValue(text)}`)
}

function pathOf(given: Given): string | undefined {
  const path = given.value('path')
  if (path !== undefined && !path.startsWith('/')) {
    throw new Mistake(`--path must start with '/', got ${formatValue(path)}`)
  }
  return path
}

/** Applies the rules of the variables to the flags, and names the flag. */
function requireValid(env: AskedRun['env'], given: Given, url: string | undefined): void {
  const [issue] = readVariables(env).issues
  if (issue === undefined) return
  const flag = FLAG_NAMES.find((name) => FLAGS[name].variable === issue.key && given.has(name))
  if (issue.key === 'LOAD_TARGET') {
    const name = url === undefined ? given.written('target') : 'the target'
    const rule = "must be a URL, or a host with a port, such as 'http://127.0.0.1:3000' or 'localhost:3000'"
    throw new Mistake(`${name} ${rule}, got ${formatValue(issue.value)}`)
  }
  const name = flag && given.written(flag)
  throw new Mistake(`${name ?? issue.key} ${issue.rule}, got ${formatValue(issue.value)}`)
}
