import { stdin, stdout } from 'node:process'
import { createInterface } from 'node:readline/promises'
import { cleanText } from '../../../model/text/clean.ts'
import { messageOf } from '../../../model/thrown.ts'
import { applyInit, foundLine, initLines, planInit, readService } from './init.ts'
import type { Service } from './load-test.ts'
import { initError, type Project, readProject, RUNNER_NAMES, type RunnerName } from './project.ts'

/** The flags of `init`. */
export interface InitOptions {
  readonly url: string | undefined
  readonly command: string | undefined
  readonly runner: string | undefined
  /** Asks nothing. */
  readonly isYes: boolean
  /** Changes nothing. */
  readonly isDry: boolean
}

/** Asks one question. Returns undefined without a terminal. */
type Ask = (question: string) => Promise<string | undefined>

/**
 * Sets up load tests in a folder: a line of configuration, one load test, and a CI workflow. Overwrites nothing. Prints
 * with `say`. Throws `ERR_LOAD_INIT` if something is missing.
 */
export async function runInit(folder: string, options: InitOptions, say: (line: string) => void): Promise<void> {
  const isAsking = !options.isYes && stdin.isTTY && stdout.isTTY
  const lines = isAsking ? createInterface({ input: stdin, output: stdout }) : undefined
  const closed = new AbortController()
  // Ctrl-C and Ctrl-D close it. Without a signal, the question would stay open, and Node would exit with a warning.
  lines?.once('close', () => closed.abort())
  const ask: Ask = async (question) => {
    try {
      return (await lines?.question(question, { signal: closed.signal }))?.trim()
    } catch {
      throw initError('\ninterrupted', 'nothing was written: run it again')
    }
  }
  try {
    const project = readProject(folder)
    const runner = runnerOf(project, options.runner)
    say(foundLine(project, runner))
    const service = await serviceOf(project, options, ask)
    const plan = planInit(project, runner, service)
    if (isAsking && !options.isDry) {
      for (const line of initLines(plan, true)) say(cleanText(line))
      const answer = await ask('\nWrite these files? (Y/n) ')
      if (answer?.toLowerCase().startsWith('n') === true) return say('nothing was written')
    }
    if (!options.isDry) apply(project, plan)
    for (const line of initLines(plan, options.isDry)) say(cleanText(line))
  } finally {
    lines?.close()
  }
}

function apply(project: Project, plan: ReturnType<typeof planInit>): void {
  try {
    applyInit(project, plan)
  } catch (error) {
    throw initError(messageOf(error), 'check the rights of the folder, and run init again: it keeps what exists')
  }
}

function runnerOf(project: Project, asked: string | undefined): RunnerName {
  if (asked !== undefined) {
    const runner = RUNNER_NAMES.find((name) => name === asked)
    if (runner === undefined)
      throw initError(`--runner must be vitest, jest or playwright, got ${asked}`, '--runner vitest')
    return runner
  }
  const [first] = project.runners
  if (first === undefined) {
    throw initError(
      'package.json has none of Vitest, Jest and Playwright Test',
      'npm install --save-dev vitest, or name the runner that you will install: --runner vitest',
    )
  }
  return first
}

async function serviceOf(project: Project, { url, command, isYes }: InitOptions, ask: Ask): Promise<Service> {
  if (url !== undefined || command !== undefined) return readService(url, command)
  const start = project.scripts.includes('start') ? 'npm start' : undefined
  if (isYes && start !== undefined) return readService(undefined, start)
  const fallback = start ?? 'http://127.0.0.1:3000'
  const answer = await ask(`What receives the load: a URL, or the command that starts your service? (${fallback}) `)
  if (answer === undefined) {
    throw initError(
      'init needs to know what receives the load',
      "write --url http://127.0.0.1:3000 or --command 'npm start'",
    )
  }
  const given = answer === '' ? fallback : answer
  if (isUrl(given)) return readService(given, undefined)
  const served = await ask('Which URL does it serve? (http://127.0.0.1:{port}: a free port, which it gets in PORT) ')
  return readService(served === undefined || served === '' ? undefined : served, given)
}

/** A URL, or a host and a port. */
function isUrl(given: string): boolean {
  return /^[a-z][a-z+.-]*:\/\//i.test(given) || /^[\w.-]+:\d+(?:\/|$)/.test(given)
}
