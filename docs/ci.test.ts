import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { env, execPath } from 'node:process'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { RUNNERS } from '../src/hosts/command/init/runners.ts'
import { loadWorkflow } from '../src/hosts/command/init/workflow.ts'
import type { VerdictsFile } from '../src/model/verdicts-file.ts'
import { runsOf } from '../src/report/exports/runs.builder.ts'
import { pullRequestComment } from '../src/report/exports/pull-request-comment.ts'
import { blocksOf } from './blocks.fixture.ts'
import { projectFolder, repository } from './project.fixture.ts'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly env?: Readonly<Record<string, string>>
}

interface Workflow {
  readonly on: unknown
  readonly permissions: unknown
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>
}

const blocks = blocksOf('docs/ci.md', readFileSync(join(repository, 'docs/ci.md'), 'utf8'))
const yaml = (name: string): unknown => parse(blocks.find(({ file }) => file === name)?.text ?? '')
const load = yaml('.github/workflows/load.yml') as Workflow
const comment = yaml('.github/workflows/load-comment.yml') as Workflow
const stepsOf = ({ jobs }: Workflow): readonly Step[] => Object.values(jobs).flatMap(({ steps }) => steps)
const commands = stepsOf(load).flatMap(({ run }) => run ?? [])
const script = stepsOf(comment).find(({ run }) => run !== undefined)

/** Runs a step as GitHub does: `bash -e` on a file with its text. */
async function runStep(
  run: string,
  cwd: string,
  variables: Readonly<Record<string, string>>,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !/^(VITEST|LOAD_|GITHUB_)/.test(name)))
  const child = spawn('bash', ['-e', '-c', run], {
    cwd,
    env: { ...own, CI: 'true', NO_COLOR: '1', PATH: `${dirname(execPath)}:${env['PATH']}`, TMPDIR: cwd, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [exitCode] = (await once(child, 'close')) as [number]
  return { exitCode, output }
}

describe('the workflows for GitHub', () => {
  test('are the one that describe-load init writes', () => {
    const shown = blocks.find(({ file }) => file === '.github/workflows/load.yml')?.text
    const options = {
      manager: 'npm',
      hasLock: true,
      namesManager: false,
      command: RUNNERS.vitest.command,
      reports: 'reports',
    } as const
    expect(shown).toBe(`# .github/workflows/load.yml\n${loadWorkflow(options)}`)
  })

  test('run only commands that a test here runs, and put no text of an event into a command', () => {
    expect(commands).toEqual(['npm ci', 'npx vitest run --project load'])
    const all = [...stepsOf(load), ...stepsOf(comment)]
    expect(all.filter(({ run }) => run?.includes('${{'))).toEqual([])
    expect(stepsOf(comment).filter(({ uses }) => uses?.startsWith('actions/checkout'))).toEqual([])
  })

  test('give the right to comment only to the one that runs no code of the pull request', () => {
    expect(load.permissions).toEqual({ contents: 'read' })
    expect(load.on).toBe('pull_request')
    expect(comment.permissions).toEqual({ actions: 'read', 'pull-requests': 'write' })
    expect(comment.on).toEqual({ workflow_run: { workflows: ['Load tests'], types: ['completed'] } })
  })

  describe('with a red and an inconclusive test', () => {
    let output = ''
    let exitCode = 0
    let summary = ''
    let body = ''
    let verdicts: VerdictsFile['verdicts'] = []
    beforeAll(async () => {
      const cleanUps: (() => unknown)[] = []
      const folder = projectFolder({ onTestFinished: (cleanUp) => void cleanUps.push(cleanUp as () => unknown) })
      mkdirSync(join(folder, 'node_modules/.bin'))
      symlinkSync('../vitest/vitest.mjs', join(folder, 'node_modules/.bin/vitest'))
      writeFileSync(join(folder, 'shop.load.test.ts'), LOAD_TESTS)
      writeFileSync(join(folder, 'summary.md'), '')
      ;({ output, exitCode } = await runStep(commands[1] ?? '', folder, {
        GITHUB_ACTIONS: 'true',
        GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_REPOSITORY: 'o/r',
        GITHUB_RUN_ID: '7',
      }))
      summary = readFileSync(join(folder, 'summary.md'), 'utf8')
      body = readFileSync(join(folder, 'reports/pull_request_comment.md'), 'utf8')
      const file = readFileSync(join(folder, 'reports/verdicts.json'), 'utf8')
      verdicts = (JSON.parse(file) as VerdictsFile).verdicts
      for (const cleanUp of cleanUps) await cleanUp()
    })

    test('the summary has one section of Vitest and one of the load tests, with every verdict', () => {
      expect(exitCode, output).toBe(1)
      expect(summary.match(/^## .*/gm)).toEqual(['## Vitest Test Report', '## Load tests'])
      for (const { verdict, test: name } of verdicts) {
        expect(summary).toMatch(new RegExp(`^\\| \\S+ (?:leans to \\w+|${verdict}) \\| <code>${name}</code> \\|`, 'm'))
      }
      expect(summary).toContain('(https://github.com/o/r/actions/runs/7#artifacts)')
      expect(body).toMatch(/^<!-- describe-load: red -->\n/)
    })

    test('each verdict is annotated once, at the line of its expect', () => {
      const found = [...output.matchAll(/^::(\w+) (.*?)::/gm)].map(([, kind, properties = '']) => [
        kind,
        /file=[^,]*?([\w.]+)(?:,|$)/.exec(properties)?.[1],
        Number(/line=(\d+)/.exec(properties)?.[1]),
      ])
      // Vitest annotates the errors of failed tests, the reporter inconclusive verdicts of passed ones. Other processes
      // can make a verdict invalid, which is an error, too.
      const expected = verdicts.map(({ red, matcher }) => [
        red ? 'error' : 'warning',
        'shop.load.test.ts',
        lineOf(matcher),
      ])
      expect(verdicts.map(({ matcher }) => matcher).toSorted()).toEqual(['not.toHaveNoErrors', 'toHaveErrorRateBelow'])
      expect(found, output).toHaveLength(expected.length)
      expect(found).toEqual(expect.arrayContaining(expected))
    })
  })
})

const LOAD_TESTS = `import { createServer } from 'node:http'
import { expect, loadTest } from 'describe-load/vitest'

const server = createServer((_request, response) => setTimeout(() => response.end('ok'), 20)).listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))
const target = 'http://127.0.0.1:' + (server.address() as { port: number }).port

loadTest('has errors', { target, rate: 60, duration: 500 }, ({ result }) => {
  expect(result).not.toHaveNoErrors()
})
loadTest('has few errors', { target, rate: 60, duration: 500 }, ({ result }) => {
  expect(result).toHaveErrorRateBelow(0.5)
})
`

function lineOf(text: string): number {
  return LOAD_TESTS.split('\n').findIndex((line) => line.includes(text)) + 1
}

describe('the comment on the pull request', () => {
  const red = pullRequestComment.render(runsOf([{ verdict: 'fail' }]))[0]?.text ?? ''
  const green = pullRequestComment.render(runsOf([{}]))[0]?.text ?? ''
  const ofUser = { id: 1, user: { type: 'User' }, body: '<!-- describe-load: red -->' }
  const ofBot = { id: 2, user: { type: 'Bot' }, body: '<!-- describe-load: red --> old' }

  test.for<[string, string, readonly object[], readonly string[]]>([
    ['is created if something is red', red, [ofUser], ['POST /repos/o/r/issues/5/comments']],
    ['is not created if nothing is red', green, [ofUser], []],
    ['is updated if it exists, also to green', green, [ofUser, ofBot], ['PATCH /repos/o/r/issues/comments/2']],
    [
      'is found behind a hundred others',
      red,
      [...Array.from({ length: 150 }, () => ofUser), ofBot],
      ['PATCH /repos/o/r/issues/comments/2'],
    ],
    ['is not taken from a file of another program', 'anything', [ofBot], []],
  ])('%s', async ([, text, comments, changes]) => {
    const { sent, exitCode, output } = await post(text, comments)
    expect(exitCode, output).toBe(0)
    expect(sent.map(({ request }) => request)).toEqual(changes)
    for (const { body } of sent) {
      expect(body.startsWith(text)).toBe(true)
      expect(body.endsWith('The run with all reports: https://github.com/o/r/actions/runs/7')).toBe(true)
    }
  })

  test('does not exceed the limit of GitHub, whatever the file contains', async () => {
    const { sent } = await post(`<!-- describe-load: red -->${'x'.repeat(200_000)}`, [])
    expect(sent).toHaveLength(1)
    expect(sent[0]?.body.length).toBeLessThan(65_536)
  })

  test('is not written for a commit that is not the newest one, or without a report', async () => {
    expect(await post(red, [], { HEAD_SHA: 'older' })).toMatchObject({ sent: [], exitCode: 0 })
    expect(await post(undefined, [])).toMatchObject({ sent: [], exitCode: 0, output: 'The run has no report.\n' })
  })
})

/** Runs the step against a server that answers like the API of GitHub. Returns what it changed there. */
async function post(
  text: string | undefined,
  comments: readonly object[],
  variables: Readonly<Record<string, string>> = {},
): Promise<{
  readonly exitCode: number
  readonly output: string
  readonly sent: readonly { readonly request: string; readonly body: string }[]
}> {
  const folder = mkdtempSync(join(tmpdir(), 'describe-load-comment-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'load-reports'))
  if (text !== undefined) writeFileSync(join(folder, 'load-reports/pull_request_comment.md'), text)
  const sent: { request: string; body: string }[] = []
  const api = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1')
    const page = Number(searchParams.get('page') ?? 1)
    let received = ''
    request.on('data', (chunk: Buffer) => (received += chunk.toString()))
    request.on('end', () => {
      if (request.headers.authorization !== 'Bearer token-of-job') response.statusCode = 401
      if (request.method !== 'GET') {
        sent.push({ request: `${request.method} ${pathname}`, body: (JSON.parse(received) as { body: string }).body })
      }
      const isNewest = searchParams.get('head') === 'fork:feature/a&b'
      const content = pathname.endsWith('/pulls')
        ? isNewest
          ? [{ number: 5, head: { sha: 'newest' } }]
          : []
        : comments.slice(100 * (page - 1), 100 * page)
      response.end(JSON.stringify(content))
    })
  }).listen(0, '127.0.0.1')
  await once(api, 'listening')
  const address = api.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const finished = await runStep(script?.run ?? '', folder, {
    GITHUB_API_URL: `http://127.0.0.1:${port}`,
    GITHUB_REPOSITORY: 'o/r',
    GITHUB_TOKEN: 'token-of-job',
    HEAD: 'fork:feature/a&b',
    HEAD_SHA: 'newest',
    RUN_URL: 'https://github.com/o/r/actions/runs/7',
    ...variables,
  })
  api.close()
  return { ...finished, sent }
}

test('the pipeline for GitLab hands over the files that the reporter writes there', () => {
  const { load: job } = yaml('.gitlab-ci.yml') as { load: { script: string[]; artifacts: { reports: object } } }
  expect(job.artifacts.reports).toEqual({
    junit: 'reports/junit.xml',
    load_performance: 'reports/load-performance.json',
    metrics: 'reports/load_metrics.txt',
  })
  expect(job.script.at(-1)).toContain('--outputFile.junit=reports/junit.xml')
})
