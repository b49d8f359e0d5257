import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { TestContext } from 'vitest'
import { makeRepository } from '../examples/gate/make-repository.ts'
import type { LimitsFindings } from '../src/model/limits-findings.ts'
import type { RunRecord } from '../src/model/record.ts'
import { processesIn, projectFolder, repository, runNode, runVitest } from './project.fixture.ts'

const examples = join(repository, 'examples')
const files = globSync('*/*.load.test.ts', { cwd: examples }).sort()

/** Copies the examples, with durations of one second; the monitor needs more than one to sample the memory. */
function copiedExamples(context: TestContext): string {
  const folder = projectFolder(context)
  cpSync(examples, folder, {
    recursive: true,
    filter: (path) => !['reports', 'vitest.config.ts', 'tsconfig.json'].includes(basename(path)),
  })
  for (const file of files) {
    const path = join(folder, file)
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replaceAll(
        /duration: '\d+([sm])'/g,
        (_, unit) => `duration: '${unit === 'm' ? 3 : 1}s'`,
      ),
    )
  }
  return folder
}

/** Runs several load files in one process, which takes a fraction of the time of separate ones. */
async function runTogether(
  folder: string,
  together: readonly string[],
  variables?: Readonly<Record<string, string>>,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  writeFileSync(join(folder, 'all.load.test.ts'), together.map((file) => `import './${file}'\n`).join(''))
  return runVitest(folder, variables, 'all.load')
}

function record<Findings>(folder: string, file: string): RunRecord & { readonly findings: Findings } {
  return JSON.parse(readFileSync(join(folder, 'reports', file), 'utf8')) as RunRecord & { readonly findings: Findings }
}

test.for(files)('%s has at most 15 lines of code', (file) => {
  const lines = readFileSync(join(examples, file), 'utf8').split('\n')
  expect(lines.filter((line) => !/^\s*(?:\/\/.*)?$/.test(line)).length).toBeLessThanOrEqual(15)
})

// Most of the time passes while the loads wait for their schedules, so the runs are concurrent.
describe.concurrent('the examples', () => {
  test('pass, send what they plan, and leave no process behind', async (context) => {
    const folder = copiedExamples(context)
    const short = files.filter((file) => !file.startsWith('express-limit/'))
    const { exitCode, output } = await runTogether(folder, short)
    const { results, verdicts } = record(folder, 'load_test_results.json')
    expect(Object.fromEntries(results.map(({ name, successes }) => [name, successes])), output).toEqual({
      'orders API > serves reads and writes': 100,
      'lets users log in and fill a cart': 60, // 20 journeys of three steps
      echoes: 100,
      'sends prices': 100,
      'answers over pipes': 50,
      'answers over HTTP': 50,
      'finds a product': 100,
      'stores 5 MB': 5,
      'streams events': 50,
      'holds the peak': 200,
      'keeps its memory': 60,
      'answers datagrams': 100,
    })
    // On a machine that other processes keep too busy, verdicts are invalid, which says nothing about the example.
    expect(verdicts).not.toEqual([])
    if (verdicts.every(({ verdict }) => verdict !== 'invalid')) expect(exitCode, output).toBe(0)
    expect(processesIn(folder)).toEqual([])
  })

  // On a busy machine, the search repeats trials.
  test('search the limit of an Express app', { timeout: 150_000 }, async (context) => {
    const folder = copiedExamples(context)
    const { exitCode, output } = await runTogether(folder, ['express-limit/limit.load.test.ts'], {
      LOAD_MAX_RPS: '60',
      LOAD_WAKE: 'tick',
    })
    const { findings, verdicts } = record<LimitsFindings>(folder, 'limits_test.json')
    expect(findings.trials.length, output).toBeGreaterThan(0)
    if (verdicts.every(({ verdict }) => verdict !== 'invalid')) expect(exitCode, output).toBe(0)
  })

  test('print seconds and a result from a plain script', async (context) => {
    const folder = copiedExamples(context)
    const { exitCode, output } = await runNode(folder, ['plain-script/check.ts'])
    expect(exitCode, output).toBe(0)
    expect(output).toMatch(/^(\d+ answers, \d+ requests in flight\n)+100 requests, 0 errors, 0 dropped\np50 [\d.]+ ms/)
    expect(processesIn(folder)).toEqual([])
  })
})

// Concurrent loads would disturb the comparison.
describe('the gate', () => {
  // Eight pairs of blocks take 20 s.
  test('is red for the branch with the slow line', { timeout: 150_000 }, async (context) => {
    const folder = projectFolder(context)
    const shop = join(folder, 'shop')
    mkdirSync(shop)
    makeRepository(shop)
    execFileSync('git', ['checkout', '--quiet', 'slow-line'], { cwd: shop })
    const file = join(shop, 'cart.load.test.ts')
    const short = readFileSync(file, 'utf8').replace(
      'rate: 40',
      "rate: 40, comparison: { block: '1s' }, duration: '35s'",
    )
    writeFileSync(file, short)
    cpSync(join(folder, 'vitest.config.ts'), join(shop, 'vitest.config.ts'))
    const { exitCode, output } = await runVitest(shop, { XDG_CACHE_HOME: folder })
    const { verdicts } = record(shop, 'load_test_results.json')
    // Other processes may have disturbed too many pairs.
    expect(verdicts[0]?.verdict, output).not.toBe('pass')
    expect(exitCode, output).toBe(1)
    expect(processesIn(folder)).toEqual([])
  })
})
