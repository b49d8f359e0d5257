import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFixture } from '../../fixtures/index.ts'
import type { Fixture } from '../../fixtures/index.ts'
import { OUR_FRAMES } from './conformance/host-promise.conformance.ts'
import type { ConformingHost, Files, HostPromise, ObservedRun } from './conformance/host-promise.conformance.ts'
import type { ReportedTest } from './host-process.fixture.ts'
import { PROMISES, spellingOf, supportTable } from './hosts.conformance.ts'
import { jestHost } from './jest/jest-host.fixture.ts'
import { playwrightHost } from './playwright/playwright-host.fixture.ts'
import { vitestHost } from './vitest/vitest-host.fixture.ts'

const HOSTS: readonly ConformingHost[] = [vitestHost(5), vitestHost(4), jestHost, playwrightHost]

test('the page about test runners has the table of what is tested here', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/hosts.md'), 'utf8')
  expect(page).toContain(supportTable(HOSTS))
})

/** A promise, and its declarations in a host. */
interface Written extends HostPromise {
  readonly name: string
  readonly code: string
}

/** Returns the promises that a host can have. */
function promisesIn(host: ConformingHost): readonly Written[] {
  return Object.entries(PROMISES).flatMap(([name, promise]) => {
    const spelling = spellingOf(host, promise)
    return 'code' in spelling ? [{ ...promise, name, code: spelling.code }] : []
  })
}

let target: Fixture<'plain'>
const cleanUps: (() => unknown)[] = []
beforeAll(async () => {
  target = await startFixture('plain', {})
})
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp()
  await target.stop()
})

/** First lines of a test file. */
const preludeOf = ({ imports }: ConformingHost): string => `${imports}
const note = (file, text) => process.getBuiltinModule('node:fs').appendFileSync(file, text)
`

function loadFile(host: ConformingHost, promises: readonly Written[]): string {
  const groups = promises.map(({ name, code }) => `describe('${name}', () => {${code}\n})\n`)
  return `${host.loadImports}
${preludeOf(host)}
const url = '${target.url}'
const shop = { target: url, rate: 100, duration: 50 }

${groups.join('\n')}`
}

function filesOf(host: ConformingHost, promises: readonly Written[]): Files {
  const together = promises.filter((promise) => promise.in !== 'file')
  const alone = promises.filter((promise) => promise.in === 'file')
  const others = promises.flatMap(({ files = {} }) => Object.entries(files))
  return {
    'promises.load.test.js': loadFile(host, together),
    ...Object.fromEntries(alone.map((promise) => [`${promise.name}.load.test.js`, loadFile(host, [promise])])),
    ...Object.fromEntries(others.map(([file, text]) => [file, text.replace('IMPORTS', preludeOf(host))])),
  }
}

/** Runs the declarations of these promises in one process of a host. */
async function observe(host: ConformingHost, promises: readonly Written[]): Promise<ObservedRun> {
  const files = filesOf(host, promises)
  const context = { onTestFinished: (cleanUp: unknown) => void cleanUps.push(cleanUp as () => unknown) }
  const project = await host.project(context, files)
  const { process: runner, ended } = project.start(...host.args)
  const interrupted = promises.find((promise) => promise.interrupted !== undefined)?.interrupted
  if (interrupted !== undefined) {
    await Promise.race([ended, untilFile(project, 'under-way.txt')])
    // A negative number is the process group, which a terminal interrupts.
    process.kill((interrupted === 'every process' ? -1 : 1) * (runner.pid ?? Number.NaN), 'SIGINT')
  }
  const { output, exitCode } = await ended
  return { host, output, exitCode, project, record: project.record(), files }
}

async function untilFile({ files }: ObservedRun['project'], file: string): Promise<void> {
  while (!files('.').includes(file)) await new Promise((resolve) => setTimeout(resolve, 50))
}

/** More processes at a time starve each other on two cores; fewer leave a core idle while a load waits. */
const PROCESSES_AT_A_TIME = 3
let running = 0
const waiting: (() => void)[] = []

/** Runs `work` when fewer processes are running. What is urgent goes first. */
async function inTurn<Value>(isUrgent: boolean, work: () => Promise<Value>): Promise<Value> {
  if (running === PROCESSES_AT_A_TIME) {
    await new Promise<void>((resolve) => (isUrgent ? waiting.unshift(resolve) : waiting.push(resolve)))
  } else {
    running++
  }
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next === undefined) running--
    else next()
  }
}

describe.concurrent.each(HOSTS)('$name', (host) => {
  const promises = promisesIn(host)
  const runs = new Map<string, ObservedRun>()
  beforeAll(async () => {
    const together = promises.filter((promise) => promise.in !== 'process')
    const alone = promises.filter((promise) => promise.in === 'process')
    await Promise.all(
      [together, ...alone.map((promise) => [promise])].map(async (group) => {
        // The process of all other promises takes longest.
        const run = await inTurn(group === together, () => observe(host, group))
        for (const { name } of group) runs.set(name, run)
      }),
    )
  }, 300_000)

  test.for(promises)('$promise', (promise) => {
    const run = runs.get(promise.name)
    if (run === undefined) throw new Error(`no process of ${host.name} ran the declarations`)
    if (promise.interrupted === undefined) checkTests(promise, run)
    promise.check?.(run)
  })
})

function checkTests({ name: group, tests }: Written, { host, project, files, output }: ObservedRun): void {
  const reported = [...project.tests().values()].filter(({ ancestorTitles }) => ancestorTitles[0] === group)
  const statuses = reported.map((each) => [nameOf(each), statusOf(each)])
  const expected = Object.entries(tests)
    .filter(([, end]) => end !== 'deselected' || host.reportsDeselected)
    .map(([name, end]) => [name, statusFor(end)])
  expect(Object.fromEntries(statuses), output).toEqual(Object.fromEntries(expected))
  for (const each of reported) {
    const end = tests[nameOf(each)]
    const [failure = ''] = each.failureMessages
    if (typeof end !== 'object') continue
    expect(failure).toMatch(end.says)
    if (end.at === undefined) continue
    expect(lineOf(failure, files)).toMatch(end.at)
    expect(failure).not.toMatch(OUR_FRAMES)
  }
}

function statusFor(end: HostPromise['tests'][string]): string {
  if (typeof end === 'object') return 'failed'
  return end === 'deselected' ? 'skipped' : end
}

/** Returns the name of a test inside of the group of its promise. */
function nameOf({ ancestorTitles, title }: ReportedTest): string {
  return [...ancestorTitles.slice(1), title].join(' > ')
}

/** The other words that hosts use all mean that a test did not run. */
function statusOf({ status }: ReportedTest): string {
  return status === 'passed' || status === 'failed' ? status : 'skipped'
}

/** Returns the line of a load file at the top of a failure's stack, apart from frames of packages. */
function lineOf(failure: string, files: Files): string {
  const frame = failure.split('\n').find((line) => /^\s+at /.test(line) && !line.includes('/node_modules/')) ?? ''
  const [, file = '', line] = /([\w.]+\.load\.test\.js):(\d+)/.exec(frame) ?? []
  return files[file]?.split('\n')[Number(line) - 1]?.trim() ?? failure
}
