import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isRecord } from '../../../model/readers.ts'
import { formatList } from '../../../wording/figures.ts'
import type { Service } from './load-test.ts'
import { loadTestFile } from './load-test.ts'
import { initError, type Project, type RunnerName } from './project.ts'
import { missingRunner, RUNNERS } from './runners.ts'
import { execute, installCommand, loadWorkflow, WORKFLOW } from './workflow.ts'

/** One file, and what `init` does with it. */
export type Step =
  | { readonly do: 'write' | 'edit'; readonly file: string; readonly text: string; readonly about: string }
  /** The file is as it should be, or its author decides: `about` says why. */
  | { readonly do: 'keep'; readonly file: string; readonly about: string }
  /** Its author must do it. */
  | { readonly do: 'ask'; readonly file: string; readonly about: string; readonly lines: readonly string[] }

/** What `init` does, and the commands that come next. */
export interface InitPlan {
  readonly steps: readonly Step[]
  readonly next: readonly string[]
}

/** Plans the files of a project that loads `service` with the tests of a runner. Changes nothing. */
export function planInit(project: Project, runnerName: RunnerName, service: Service): InitPlan {
  const runner = RUNNERS[runnerName]
  const steps = [
    configStep(project, runnerName),
    testStep(project, runnerName, service),
    workflowStep(project, runnerName, service),
  ]
  const own = project.versionsOf('describe-load') === undefined ? 'describe-load' : undefined
  const missing = [own, missingRunner(project, runnerName)].filter((name) => name !== undefined)
  const next = [
    ...(missing.length === 0 ? [] : [installCommand(project.manager, missing)]),
    ...(service.command === undefined && runner.startsService?.(project) !== true
      ? [`start the service at ${service.origin}`]
      : []),
    execute(project.manager, runner.command),
  ]
  return { steps, next }
}

function configStep(project: Project, runnerName: RunnerName): Step {
  const { file, isNew, edited, about, manual } = RUNNERS[runnerName].configOf(project)
  if (edited === 'present') return { do: 'keep', file, about: 'it already uses describe-load' }
  if (edited === 'unusual') {
    return {
      do: 'ask',
      file,
      about: `its form is not one that can be edited safely: add ${about} yourself`,
      lines: manual,
    }
  }
  return { do: isNew ? 'write' : 'edit', file, text: edited.text, about: isNew ? about : `added ${about}` }
}

function testStep(project: Project, runnerName: RunnerName, service: Service): Step {
  const { title, entry, testFileOf } = RUNNERS[runnerName]
  const { file, isCommonJs, unclear } = testFileOf(project)
  if (existsSync(join(project.folder, file))) return { do: 'keep', file, about: 'it exists already' }
  const text = loadTestFile({ entry, isCommonJs, name: project.name, service })
  if (unclear !== undefined) {
    const about = `${title} may not find it there because of ${unclear} in its configuration. Write it where ${title} finds tests`
    return { do: 'ask', file, about, lines: text.trimEnd().split('\n') }
  }
  return { do: 'write', file, text, about: `one load test: GET ${service.path}, 20 requests per second for 10 s` }
}

function workflowStep(project: Project, runnerName: RunnerName, service: Service): Step {
  const { repository, manager, hasLock, scripts, packageJson } = project
  if (repository !== undefined && repository !== '') {
    const lines = [`copy the workflow of docs/ci.md, with working-directory for this package`]
    return {
      do: 'ask',
      file: join(repository, WORKFLOW),
      about: 'this folder is not the root of its repository',
      lines,
    }
  }
  if (existsSync(join(project.folder, WORKFLOW))) return { do: 'keep', file: WORKFLOW, about: 'it exists already' }
  const isStarted = service.command !== undefined || RUNNERS[runnerName].startsService?.(project) === true
  const text = loadWorkflow({
    manager,
    hasLock,
    namesManager: typeof packageJson['packageManager'] === 'string' || isRecord(packageJson['devEngines']),
    command: RUNNERS[runnerName].command,
    reports: RUNNERS[runnerName].reportsOf(project),
    build: isStarted && scripts.includes('build') ? 'build' : undefined,
    needs: isStarted || service.allowedHost !== undefined ? undefined : service.origin,
  })
  return {
    do: 'write',
    file: WORKFLOW,
    text,
    about: `runs the load tests of each pull request${isStarted || service.allowedHost !== undefined ? '' : '; add the step that starts the service'}`,
  }
}

/** Writes the files of a plan. A new file that has appeared meanwhile is an error, and stays. */
export function applyInit({ folder }: Pick<Project, 'folder'>, { steps }: InitPlan): void {
  for (const step of steps) {
    if (step.do !== 'write' && step.do !== 'edit') continue
    const path = join(folder, step.file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, step.text, { flag: step.do === 'write' ? 'wx' : 'w' })
  }
}

/** Hosts that are this machine. */
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/

/**
 * Reads the service from its URL, its command, or both. Throws `ERR_LOAD_INIT` for a URL or a command that a load test
 * cannot use.
 */
export function readService(url: string | undefined, command: string | undefined): Service {
  const words = command === undefined ? undefined : wordsOf(command)
  const given = url ?? 'http://127.0.0.1:{port}'
  const complete = /^[a-z][a-z+.-]*:\/\//i.test(given) ? given : `http://${given}`
  const hasPort = complete.includes('{port}')
  const parsed = URL.parse(complete.replace('{port}', '1'))
  if (parsed === null || parsed.hostname === '') {
    throw initError(`${given} is not a URL`, 'write --url http://127.0.0.1:3000')
  }
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    throw initError(
      `init writes a test for HTTP, got ${parsed.protocol}//`,
      'write the test by hand, as the README shows',
    )
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw initError('the URL must not contain a user name or a password', 'send them in headers of the plan')
  }
  if (hasPort && words === undefined) {
    throw initError(
      '{port} is a free port for a command',
      "add --command 'npm start', or write the port of the service",
    )
  }
  return {
    command: words,
    origin: hasPort ? `${parsed.protocol}//${parsed.hostname}:{port}` : parsed.origin,
    path: parsed.pathname + parsed.search,
    allowedHost: LOOPBACK.test(parsed.hostname) ? undefined : parsed.hostname,
  }
}

const SHELL = /[|&;<>$`]|^\w+=/

/** Splits a command into words as a shell does, and refuses what only a shell can do. */
function wordsOf(command: string): readonly string[] {
  const words = [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, ...groups]) => groups.find((each) => each !== undefined) ?? '',
  )
  if (words.length === 0) throw initError('the command is empty', "write --command 'npm start'")
  const special = words.find((word) => SHELL.test(word))
  if (special !== undefined) {
    throw initError(
      `the command is started without a shell, which ${special} needs`,
      "put it into a script of package.json, and write --command 'npm run NAME'",
    )
  }
  return words
}

/** Returns the lines that say what was done, or what would be. */
export function initLines({ steps, next }: InitPlan, isDry: boolean): readonly string[] {
  const words = isDry ? { write: 'would write', edit: 'would edit' } : { write: 'wrote', edit: 'edited' }
  const verbs = { ...words, keep: 'kept', ask: 'to do' } as const
  const width = Math.max(...steps.map((step) => verbs[step.do].length))
  return [
    ...steps.flatMap((step) => [
      `  ${verbs[step.do].padEnd(width)}  ${step.file}: ${step.about}`,
      ...(step.do === 'ask' ? step.lines.map((line) => `  ${' '.repeat(width)}    ${line}`) : []),
    ]),
    '',
    'next:',
    ...next.map((line) => `  ${line}`),
  ]
}

/** Names what was found: `Vitest, TypeScript, npm`. */
export function foundLine(project: Project, runnerName: RunnerName): string {
  const languages = project.hasTypeScript ? 'TypeScript' : 'JavaScript'
  return `found ${formatList([RUNNERS[runnerName].title, languages, project.manager.replace('-classic', '')])}`
}
