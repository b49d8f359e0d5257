import { writeSync } from 'node:fs'
import { format } from 'node:util'
import { LoadError, LoadPlanError } from '../../model/errors.ts'
import type { LoadResult } from '../../model/result.ts'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import { nameOptionsAsFlags } from '../../wording/option-words.ts'
import { environmentTls } from '../environment/tls.ts'
import { readVariables } from '../environment/variables.ts'
import { DemoServers } from '../../demo/demo-servers.ts'
import { wrap } from '../../report/page.ts'
import { cleanText } from '../../model/text/clean.ts'
import { messageOf } from '../../model/thrown.ts'
import { collectSpool } from '../spool-collection.ts'
import { summary } from '../../report/result-summary.ts'
import { isOnce } from '../../run/once.ts'
import { SUITE_SKIPPED_ONCE } from '../../wording/load-test.ts'
import { openSpool, removeSpool } from '../spool.ts'
import { stderrColors, stdoutColors } from '../terminal-colors.ts'
import { reportJson, reportLines, unwritableReports, writeReports, type WrittenReports } from '../write-reports.ts'
import { type AskedRun, readArguments } from './arguments.ts'
import { baselineCommand } from './baseline/index.ts'
import { hasTarget, prepareTargets } from './command-target.ts'
import { endOfSuites, nextSteps, planOfDemo, type SuiteDemo, withoutTargets } from './demo.ts'
import { nameFlags } from './flag-names.ts'
import { help, type Topic } from './help.ts'
import { CommandHost, EXIT, type ExitCode, worseOf } from './host.ts'
import { declareRun, describePlan, planOfRun } from './run-load.ts'
import type { InitOptions } from './init/run-init.ts'
import { createScreen } from './screen.ts'

/** A suite as the command runs it. */
export interface CommandSuite extends Topic {
  /** Declares the suite; throws `LoadPlanError` if the environment is invalid. */
  declare(host: CommandHost): void
  /** True if it has a default target. */
  readonly hasDefaultTarget?: boolean
  readonly demo: SuiteDemo
}

export interface CommandOptions {
  readonly words: readonly string[]
  readonly suites: Readonly<Record<string, CommandSuite>>
  readonly version: string
}

/** `run`, which is no suite, in the help. */
const RUN: Topic = {
  about: 'sends requests to one URL, and checks the service level if one is given',
  takes: '10 s, or as long as -d says',
  examples: [
    'run http://127.0.0.1:3000/cart -r 50 -d 30s --p99 200',
    "run 127.0.0.1:3000/orders -r 20 -X POST --body '{\"item\":1}' -H 'content-type: application/json'",
    'run ws://127.0.0.1:3000 -r 100 --data hello',
    'run http://127.0.0.1:3000/mcp -r 20 --tool echo --arguments \'{"message":"hello"}\'',
  ],
}

/** `init`, which loads nothing. */
const INIT: Topic = {
  about: 'sets up load tests in this folder: a line of configuration, one load test, and a CI workflow',
  takes: 'a moment',
  examples: ['init', 'init --url http://127.0.0.1:3000', "init --command 'npm start' --yes"],
}

/** `doctor`, which loads only its own servers. */
const DOCTOR: Topic = {
  about: 'checks whether this machine is fit for load tests, and what it can show',
  takes: 'about 1 min, with --quick 15 s',
  examples: ['doctor', 'doctor --quick', 'doctor --json > machine.json'],
}

/** Exit code after Ctrl-C, as in shells. */
const INTERRUPTED = 130

/** Runs the command. Prints to stdout, or with `--json` only the result; resolves with the exit code. */
export async function main({ words, suites, version }: CommandOptions): Promise<number> {
  nameOptionsAsFlags()
  const [first, ...rest] = words
  if (first === 'baseline') return baselineCommand(rest)
  if (first === 'help' && rest[0] === 'baseline') return baselineCommand(['--help'])
  const asked = readArguments(words, Object.keys(suites), process.env)
  switch (asked.kind) {
    case 'version':
      process.stdout.write(`${version}\n`)
      return EXIT.pass
    case 'help':
      process.stdout.write(`${help(topicsOf(suites), asked.topic)}\n`)
      return EXIT.pass
    case 'mistake':
      return refuse(asked.message, 'describe-load --help')
    case 'init':
      return runInitCommand(asked.options)
    case 'doctor':
      return (await import('./doctor/index.ts')).doctorCommand(asked.options)
    case 'run':
      return runAsked(asked, suites)
  }
}

async function runInitCommand(options: InitOptions): Promise<ExitCode> {
  const { runInit } = await import('./init/run-init.ts')
  try {
    await runInit(process.cwd(), options, (line) => void process.stdout.write(`${line}\n`))
    return EXIT.pass
  } catch (error) {
    if (!(error instanceof LoadError)) throw error
    process.stderr.write(`${stderrColors().red('describe-load:')} ${cleanText(error.message)}\n`)
    return EXIT.usage
  }
}

async function runAsked(asked: AskedRun, suites: CommandOptions['suites']): Promise<number> {
  await using servers = new DemoServers()
  Object.assign(process.env, asked.env)
  const isRun = asked.suites[0] === 'run'
  const notes = [...asked.notes, ...(asked.demo === undefined ? [] : prepareDemo(asked.demo))]
  const refused = whyRefused(asked, suites, isRun)
  if (refused !== undefined) return refuse(...refused)
  const screen = createScreen(asked.isJson ? process.stderr : process.stdout)
  // What suites print belongs to the progress, and must not follow a live line.
  console.log = (...words) => screen.say(format(...words))
  for (const note of notes) screen.say(stdoutColors().yellow(wrap(note, 0)))
  if (asked.demo === 'short') screen.say(planOfDemo(suites))

  const spool = openSpool()
  const abort = new AbortController()
  const host = new CommandHost(screen, abort.signal, (error) => nameFlags(error, asked))
  const root = process.cwd()
  const report = (loads: CommandHost['loads']): WrittenReports =>
    isRun && !asked.flags.has('output') ? { runs: [], paths: [] } : writeReports(loads, { root })
  const sayWritten = (written: WrittenReports): void => {
    for (const line of reportLines(written, stdoutColors())) screen.say(line)
    if (written.failure !== undefined) {
      screen.say(`${stdoutColors().red('describe-load:')} ${written.failure.message}`)
    }
  }
  // By now, the running load has written its record into the spool, because its signal handler was registered first.
  const end = (): void => {
    screen.live(undefined)
    const cutOff = collectSpool(spool)
    const names = new Set(cutOff.map(({ test }) => test))
    const loads = [...host.loads.filter(({ test }) => !names.has(test)), ...cutOff]
    const last = isRun ? loads.at(-1)?.record.results.at(-1) : undefined
    const written = report(loads)
    screen.say(stdoutColors().yellow(`\n${interruptedText(last !== undefined, written.paths.length > 0)}`))
    if (last !== undefined) screen.say(summary(last))
    sayWritten(written)
    // Synchronous, because the process exits now.
    if (asked.isJson) writeSync(1, `${isRun ? JSON.stringify(last ?? null, null, 1) : reportJson(loads)}\n`)
    removeSpool(spool)
    process.exit(INTERRUPTED)
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  const startMs = performance.now()
  const codes = new Map<string, ExitCode>()
  let worst: ExitCode = EXIT.pass
  let result: LoadResult | undefined
  try {
    for (const [index, name] of asked.suites.entries()) {
      const suite = suites[name]
      if (asked.suites.length > 1) screen.say(headOf(name, index, asked, suite))
      else if (asked.demo !== undefined && suite !== undefined) screen.say(serverLine(suite, asked.demo))
      else if (suite !== undefined) screen.start(`${name}: ${suite.about} (${suite.takes})`)
      if (isRun) {
        if (asked.demo !== undefined) process.env['LOAD_TARGET'] = await servers.target(DEMO_OF_RUN)()
        const plan = runPlan(asked)
        screen.start(`run: ${describePlan(plan)}`)
        const onResult = (ended: LoadResult): unknown => (result = ended)
        declareRun(host, plan, (text) => screen.say(text), onResult)
      } else if (asked.demo === undefined) suite?.declare(host)
      else suite?.demo.declare(host, servers, asked.demo === 'short')
      const code = await host.run()
      codes.set(name, code)
      worst = worseOf(worst, code)
    }
    const [skipped] = host.skipped
    // The only suite did not run, so nothing was tested.
    if (asked.suites.length === 1 && skipped !== undefined) {
      worst = refuse(`skipped: ${skipped}`, `describe-load help ${asked.suites[0]}`)
    } else for (const each of host.skipped) screen.say(`skipped: ${each}`)
  } catch (error) {
    // Declaring a suite reads the environment; the error lists every issue of it.
    const shown = error instanceof LoadPlanError ? nameFlags(error, asked) : error
    process.stderr.write(`${stderrColors().red('describe-load:')} ${cleanText(messageOf(shown))}\n`)
    worst = EXIT.usage
  } finally {
    const written = report(host.loads)
    sayWritten(written)
    if (written.failure !== undefined) worst = worseOf(worst, EXIT.open)
    removeSpool(spool)
  }
  if (codes.size > 1) screen.say(`\n${endOfSuites(codes, performance.now() - startMs)}`)
  if (asked.demo === 'short') screen.say(`\n${nextSteps()}`)
  if (asked.isJson) await print(isRun ? JSON.stringify(result ?? null, null, 1) : reportJson(host.loads))
  return worst
}

/** Target of `run --demo`. */
const DEMO_OF_RUN = { kind: 'work', protocol: 'http' } as const

function prepareDemo(demo: 'short' | 'full'): readonly string[] {
  const ignored = withoutTargets(process.env, demo === 'short')
  return ignored === undefined ? [] : [ignored]
}

/** Prepares the targets of the suites. Returns why nothing can run, and the remedy; undefined if it can. */
function whyRefused(
  asked: AskedRun,
  suites: CommandOptions['suites'],
  isRun: boolean,
): readonly [string, string] | undefined {
  if (!isRun && isOnce()) return [SUITE_SKIPPED_ONCE, 'unset LOAD_ONCE, or load one URL: describe-load run URL --once']
  prepareTargets(process.env, { ...asked, isFlag: asked.env.LOAD_TARGET !== undefined })
  const needsTarget = (name: string): boolean => suites[name]?.hasDefaultTarget !== true && asked.demo === undefined
  const wanting = asked.suites.filter((name) => needsTarget(name) && !hasTarget(process.env))
  if (wanting.length > 0) {
    const remedy = isRun ? 'describe-load run http://127.0.0.1:3000' : 'use -t http://127.0.0.1:3000 (or LOAD_TARGET)'
    const demo = isRun ? '' : ', or --demo to see it work'
    return [`no target for ${wanting.join(', ')}`, `${remedy}, or put the command of an MCP server after --${demo}`]
  }
  if (isRun && !asked.flags.has('output')) return undefined
  const unwritable = unwritableReports({ root: process.cwd() })
  if (unwritable === undefined) return undefined
  return [`the reports cannot be written: ${unwritable}`, 'choose another folder: -o DIR (or LOAD_REPORTS_DIR)']
}

/** Returns the lines above the output of one of several suites. */
function headOf(name: string, index: number, { suites: all, demo }: AskedRun, suite: CommandSuite | undefined): string {
  // Colors are added after wrapping, because their codes have no width.
  const title = wrap(`${name} (${index + 1} of ${all.length}): ${suite?.about ?? ''}`, 0)
  return `\n${stdoutColors().bold(name)}${title.slice(name.length)}${demo === undefined || suite === undefined ? '' : `\n${serverLine(suite, demo)}`}`
}

function serverLine(suite: CommandSuite, demo: 'short' | 'full'): string {
  return wrap(`Demo server: ${suite.demo.server(demo === 'short')}.`, 0)
}

function interruptedText(hasFigures: boolean, hasReports: boolean): string {
  if (hasReports) return 'Interrupted: the reports contain the results so far.'
  return hasFigures ? 'Interrupted: these are the figures so far.' : 'Interrupted before anything was measured.'
}

/** Writes everything before the process exits, even into a slow pipe. */
async function print(text: string): Promise<void> {
  await new Promise<void>((resolve) => {
    process.stdout.write(`${text}\n`, () => resolve())
  })
}

function runPlan({ options }: AskedRun): WrittenPlan {
  const { values, issues: invalid } = readVariables(process.env)
  const issues = [...invalid]
  const tls = environmentTls(values, issues)
  if (issues.length > 0) throw new LoadPlanError(issues)
  return planOfRun(values, options, tls)
}

function refuse(message: string, remedy: string): ExitCode {
  process.stderr.write(`${stderrColors().red('describe-load:')} ${cleanText(message)}\n  → ${remedy}\n`)
  return EXIT.usage
}

function topicsOf(suites: CommandOptions['suites']): Readonly<Record<string, Topic>> {
  const all: Topic = {
    about: 'runs all suites, one after another',
    takes: 'as long as all of them',
    examples: ['all -t http://127.0.0.1:3000 -d 5 -o reports'],
  }
  return { run: RUN, init: INIT, doctor: DOCTOR, ...suites, all }
}
