import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startFixture } from '../../../fixtures/index.ts'
import type { Fixture } from '../../../fixtures/index.ts'
import { installPackages, playwrightProject } from './playwright-process.fixture.ts'
import type { InstalledPackages } from './playwright-process.fixture.ts'

let target: Fixture<'plain'>
let packages: InstalledPackages
beforeAll(async () => {
  target = await startFixture('plain', {})
  packages = await installPackages()
}, 120_000)
afterAll(async () => {
  await target.stop()
  await packages[Symbol.asyncDispose]()
})

/** What the table of hosts does not have, because other hosts have nothing like it. */
const LOADS = (url: string): string => `
import { describeLoad, expect, test } from 'describe-load/playwright'

describeLoad('shop', { target: '${url}', rate: 100, duration: 50 }, () => {
  test('loads in a test of Playwright', async ({ load }) => {
    const result = await load({ rate: 20 })
    expect(result.successes).toBe(1)
    await expect.poll(() => result).toHaveNoErrors()
  })
  describeLoad('group without tests', {}, () => {})
  test('is slow twice', async ({ load }) => {
    const result = await load({})
    expect.soft(result).toHaveMaxBelow(0.001)
    expect.soft(result).toHaveMaxBelow(0.002)
  })
  test('times out in Playwright', async ({ startLoad }) => {
    test.setTimeout(1_000)
    await startLoad({ duration: '60s' })
    test.setTimeout(1_000)
    await new Promise(() => {})
  })
})
`

test('reports loads of tests that Playwright declares, on the author’s line', { timeout: 180_000 }, async () => {
  const source = LOADS(target.url)
  const project = playwrightProject({ onTestFinished }, packages, { 'a.load.spec.ts': source })
  const { output, exitCode } = await project.run()
  const specs = project.specs()
  const testOf = (name: string) => specs.get(`shop > ${name}`)?.tests[0]
  const names = ['loads in a test of Playwright', 'is slow twice', 'times out in Playwright']
  expect(
    names.map((name) => testOf(name)?.status),
    output,
  ).toEqual(['expected', 'unexpected', 'unexpected'])
  expect(exitCode).toBe(1)

  const lines = source.split('\n')
  const errorsOf = (name: string) => testOf(name)?.results.flatMap(({ errors }) => errors) ?? []
  expect(errorsOf('is slow twice').map(({ location }) => lines[(location?.line ?? 0) - 1]?.trim())).toEqual([
    'expect.soft(result).toHaveMaxBelow(0.001)',
    'expect.soft(result).toHaveMaxBelow(0.002)',
  ])
  expect(errorsOf('times out in Playwright')[0]?.message).toContain('Test timeout of 1000ms exceeded')
  const cut = project.record().results.filter(({ ended }) => ended !== 'completed')
  expect(cut.map(({ name, endedBecause }) => [name, endedBecause])).toEqual([
    ['shop > times out in Playwright', 'test timed out after 1 s'],
  ])
  // For the HTML report.
  const passed = testOf('loads in a test of Playwright')
  expect(passed?.annotations).toMatchObject([
    { type: 'load', description: expect.stringMatching(/^constant 20 req\/s for 50 ms; rate offered 20 req\/s/) },
  ])
  expect(passed?.results[0]?.attachments.map(({ name, contentType }) => [name, contentType])).toEqual([
    ['response times', 'image/svg+xml'],
    ['_describe-load', 'application/json'],
  ])
})

/** A test that leaves a line for each run. */
const E2E = (name: string): string => `
import { appendFileSync } from 'node:fs'
import { test } from '@playwright/test'
test('runs', () => appendFileSync('order.txt', '${name}\\n'))
`

test(
  'a shard runs its part of the other tests, and says that load tests do not wait',
  { timeout: 180_000 },
  async () => {
    const files = {
      'a.spec.ts': E2E('a'),
      'b.spec.ts': E2E('b'),
      'c.spec.ts': E2E('c'),
      'd.load.spec.ts': E2E('load'),
    }
    const project = playwrightProject({ onTestFinished }, packages, files)
    const ran = (): readonly string[] => project.text('order.txt').trim().split('\n').toSorted()
    const first = await project.run('--shard', '1/2')
    expect(first.exitCode, first.output).toBe(0)
    expect(ran()).toEqual(['a', 'b'])
    await project.run('--shard=2/2')
    expect(ran()).toEqual(['a', 'b', 'c', 'load'])
    const notice =
      "describe-load: with --shard, load tests run at the same time as others: leave them out with --grep-invert '\\.load\\.', and run them in a separate job with --project load"
    expect(first.output.split('\n').filter((line) => line.startsWith('describe-load'))).toEqual([notice])

    await project.run('--repeat-each=2', '--grep-invert', String.raw`\.load\.`)
    expect(ran()).toHaveLength(4 + 6)
  },
)

/** Also reads a snapshot from before the configuration had load tests. */
const SNAPSHOT = (name: string): string => `
import { expect } from '@playwright/test'
${E2E(name)}
test('looks the same', () => expect('hello').toMatchSnapshot('text.txt'))
`

test('the tests of a configuration without projects keep their snapshots', { timeout: 180_000 }, async () => {
  const files = {
    'a.spec.ts': SNAPSHOT('a'),
    'd.load.spec.ts': E2E('load'),
    [`a.spec.ts-snapshots/text-${process.platform}.txt`]: 'hello',
  }
  const project = playwrightProject({ onTestFinished }, packages, files)
  const { output, exitCode } = await project.run()
  expect(exitCode, output).toBe(0)
  expect(project.text('order.txt')).toBe('a\nload\n')
})
