import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFixture } from '../../../fixtures/index.ts'
import type { Fixture } from '../../../fixtures/index.ts'
import { untilPrinted } from '../host-process.fixture.ts'
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

/**
 * Declarations of every kind that pass, in a group inside one of Playwright's own. They assert counts, because a busy
 * machine makes verdicts invalid.
 */
const PASSING = (url: string): string => `
import { appendFileSync } from 'node:fs'
import { describeLoad, expect, loadTest, test } from 'describe-load/playwright'

interface Case { readonly rate: number }

test.beforeAll(() => appendFileSync('order.txt', 'load '))
test.describe('checkout', () => {
  describeLoad('shop', { target: '${url}', rate: 100, duration: 50 }, () => {
    loadTest('inherits', {}, ({ result }) => expect(result.successes).toBe(5))
    loadTest('loads itself', async ({ load, browserName }) => {
      const result = await load({ request: { path: '/', method: 'POST', body: { amount: 1 } } })
      expect([result.successes, browserName]).toEqual([5, 'chromium'])
    })
    loadTest.each([[20, 1], [40, 2]])('each %i', (rate) => ({ rate }), (rate, sent, { result }) => {
      expect([rate, result.successes]).toEqual([rate, sent])
    })
    loadTest.for([{ rate: 20 } as Case])('for $rate', ({ rate }) => ({ rate }), ({ rate }, { result }) => {
      expect([rate, result.successes]).toEqual([20, 1])
    })
    loadTest.fails('fails as declared', {}, ({ result }) => expect(result).not.toHaveNoErrors())
    loadTest.skipIf(true)('is left out', {}, () => {})
    loadTest.skip('is skipped', {}, () => {})
    loadTest.todo('is not written yet')
    loadTest.extend<{ amount: number }>({ amount: 3 })('has a fixture', {}, ({ result, amount }) => {
      expect([result.successes, amount]).toEqual([5, 3])
    })
    test('loads in a test of Playwright', async ({ load }) => {
      const result = await load({ rate: 20 })
      expect(result.successes).toBe(1)
      await expect.poll(() => result).toHaveNoErrors()
    })
    describeLoad('group without tests', {}, () => {})
    describeLoad.each([[20, 1]])('group %i', (rate) => ({ rate }), (rate, sent) => {
      loadTest('has its plan', {}, ({ result }) => expect(result.successes).toBe(sent))
    })
  })
})
`

const FAILING = (url: string): string => `
import { appendFileSync } from 'node:fs'
import { describeLoad, expect, loadTest, test } from 'describe-load/playwright'

interface Unused { readonly line: number }

describeLoad('shop', { target: '${url}', rate: 100, duration: 50 }, () => {
  loadTest('is slow', {}, ({ result }) => {
    expect(result).toHaveMaxBelow(0.001)
  })
  test('is slow twice', async ({ load }) => {
    const result = await load({})
    expect.soft(result).toHaveMaxBelow(0.001)
    expect.soft(result).toHaveMaxBelow(0.002)
  })
  loadTest('has a wrong plan', { rate: -1 }, () => {})
  loadTest('times out', { duration: '60s', test: { timeout: 500 } }, () => {})
  test('times out in Playwright', async ({ startLoad }) => {
    test.setTimeout(1_000)
    await startLoad({ duration: '60s' })
    test.setTimeout(1_000)
    await new Promise(() => {})
  })
  loadTest('does not await', ({ load }) => {
    void load({})
  })
})
`

const UNIT = (name: string): string => `
import { appendFileSync } from 'node:fs'
import { test } from '@playwright/test'
test('${name}', async () => {
  await new Promise((resolve) => setTimeout(resolve, 100))
  appendFileSync('order.txt', 'unit ')
})
`

// Playwright starts a new process after each failed test.
test(
  'runs load files after all others, never retries, and reports failures on the author’s line',
  { timeout: 180_000 },
  async () => {
    const failing = FAILING(target.url)
    const project = playwrightProject(packages, {
      'a.load.spec.ts': PASSING(target.url),
      'b.load.spec.ts': failing,
      'y.spec.ts': UNIT('adds'),
      'z.spec.ts': UNIT('multiplies'),
    })
    const { output, exitCode } = await project.run()
    const specs = project.specs()
    const statuses = [...specs].map(([name, { tests }]) => `${tests.map(({ status }) => status).join()} ${name}`)
    expect(statuses.toSorted(), output).toEqual(
      [
        'expected adds',
        'expected multiplies',
        'expected checkout > shop > inherits',
        'expected checkout > shop > loads itself',
        'expected checkout > shop > each 20',
        'expected checkout > shop > each 40',
        'expected checkout > shop > for 20',
        'expected checkout > shop > fails as declared',
        'skipped checkout > shop > is left out',
        'skipped checkout > shop > is skipped',
        'skipped checkout > shop > is not written yet',
        'expected checkout > shop > has a fixture',
        'expected checkout > shop > loads in a test of Playwright',
        'expected checkout > shop > group 20 > has its plan',
        'unexpected shop > is slow',
        'unexpected shop > is slow twice',
        'unexpected shop > has a wrong plan',
        'unexpected shop > times out',
        'unexpected shop > times out in Playwright',
        'unexpected shop > does not await',
      ].toSorted(),
    )
    expect(exitCode).toBe(1)
    expect(project.text('order.txt')).toMatch(/^unit unit load /)

    const lines = failing.split('\n')
    const lineAt = (line: number | undefined): string => (lines[(line ?? 0) - 1] ?? '').trim()
    const errorsOf = (name: string) => {
      const results = specs.get(`shop > ${name}`)?.tests[0]?.results ?? []
      expect(results.length, name).toBe(1)
      return results.flatMap(({ errors }) => errors)
    }
    const blamed = (name: string): readonly string[] => errorsOf(name).map(({ location }) => lineAt(location?.line))
    const messageOf = (name: string): string => errorsOf(name)[0]?.message ?? ''
    expect(blamed('is slow')).toEqual(['expect(result).toHaveMaxBelow(0.001)'])
    expect(blamed('is slow twice')).toEqual([
      'expect.soft(result).toHaveMaxBelow(0.001)',
      'expect.soft(result).toHaveMaxBelow(0.002)',
    ])
    expect(messageOf('has a wrong plan')).toContain('LoadPlanError: rate must be greater than 0, got -1')
    expect(blamed('has a wrong plan')).toEqual(["loadTest('has a wrong plan', { rate: -1 }, () => {})"])
    expect(messageOf('times out')).toContain('load test timed out after 500 ms')
    expect(blamed('times out')[0]).toContain("loadTest('times out'")
    expect(messageOf('times out in Playwright')).toContain('Test timeout of 1000ms exceeded')
    expect(messageOf('does not await')).toContain('load({}) was not awaited')
    expect(blamed('does not await')).toEqual(['void load({})'])
    expect(output).not.toContain('src/hosts')
    // For editors, which start a test from its line.
    expect(lineAt(specs.get('shop > is slow')?.line)).toBe("loadTest('is slow', {}, ({ result }) => {")

    const { results, tests: reported } = project.record()
    expect(
      results.filter(({ ended }) => ended !== 'completed').map(({ name, endedBecause }) => [name, endedBecause]),
    ).toEqual([
      ['shop > times out', 'load test timed out after 500 ms'],
      ['shop > times out in Playwright', 'test timed out after 1 s'],
    ])
    expect(reported?.find(({ test: name }) => name === 'checkout > shop > inherits')).toMatchObject({
      file: 'a.load.spec.ts',
      state: 'passed',
      rerun: expect.stringMatching(
        /^LOAD_SEED=\w+ npx playwright test a\.load\.spec\.ts -g 'a\\\.load\\\.spec\\\.ts checkout shop inherits\$'$/,
      ),
    })
    // For the HTML report.
    const inherits = specs.get('checkout > shop > inherits')?.tests[0]
    expect(inherits?.annotations).toMatchObject([
      { type: 'load', description: expect.stringMatching(/^constant 100 req\/s for 50 ms; rate offered 100 req\/s/) },
    ])
    expect(inherits?.results[0]?.attachments.map(({ name, contentType }) => [name, contentType])).toEqual([
      ['response times', 'image/svg+xml'],
      ['_describe-load', 'application/json'],
    ])
    // At the end of the test, and at the end of the run.
    expect(output).toMatch(/ load {2}checkout > shop > inherits\n {7}rate {6}offered 100 req\/s/)
    expect(output).toMatch(/ shop > is slow +100 req\/s /)
    expect(output).toContain('   reports/load_test_results.json')
  },
)

const CHROMIUM = '/usr/bin/chromium'

const LOGIN = `
import { createServer } from 'node:http'
createServer((request, response) => {
  if (request.url === '/login') response.setHeader('set-cookie', 'sid=hunter2; HttpOnly; Path=/')
  else if (!request.headers.cookie?.includes('sid=hunter2')) response.statusCode = 401
  else if (request.url === '/echo') response.statusCode = 400
  response.end('hello ' + request.headers.cookie)
}).listen(process.env.PORT, '127.0.0.1')
`

const BROWSER = `
import { cookieHeaders, expect, test } from 'describe-load/playwright'
test.use({ launchOptions: { executablePath: '${CHROMIUM}', args: ['--no-sandbox'] } })
test('loads as the user who logged in', async ({ page, context, baseURL, load }) => {
  await page.goto('/login')
  const headers = cookieHeaders(await context.storageState(), baseURL!)
  const answered = await load({ rate: 40, duration: 100, headers, request: { path: '/cart' } })
  expect(answered.successes).toBe(4)
  const refused = await load({ rate: 40, duration: 100, request: { path: '/cart' } })
  expect(refused.errorsByClass['http-4xx']?.count).toBe(4)
  const echoed = await load({ rate: 40, duration: 100, headers, request: { path: '/echo' } })
  expect(echoed.errorsByClass['http-4xx']?.count).toBe(4)
})
`

const BROWSER_CONFIG = `
import { defineConfig } from '@playwright/test'
import { withLoad } from 'describe-load/playwright'
const baseURL = 'http://127.0.0.1:' + process.env.PORT
export default withLoad(defineConfig({
  reporter: [['list'], ['json', { outputFile: 'results.json' }], ['html', { open: 'never' }]],
  use: { baseURL },
  webServer: { command: 'node server.mjs', url: baseURL + '/login' },
}))`

test('sends the cookies of a browser that logged in, and masks them', { timeout: 180_000 }, async ({ skip }) => {
  skip(!existsSync(CHROMIUM), `needs ${CHROMIUM}`)
  const files = { 'playwright.config.ts': BROWSER_CONFIG, 'server.mjs': LOGIN, 'a.load.spec.ts': BROWSER }
  const project = playwrightProject(packages, files, { PORT: String(await freePort()) })
  const { output, exitCode } = await project.run()
  expect(exitCode, output).toBe(0)
  expect(project.record().results.map(({ successes }) => successes)).toEqual([4, 0, 0])
  const written = [
    'results.json',
    'playwright-report/index.html',
    ...project.files('reports').map((name) => `reports/${name}`),
  ]
  for (const file of written) expect(project.text(file), file).not.toContain('hunter2')
  const attachments = [...project.specs().values()].flatMap(({ tests }) => tests[0]?.results[0]?.attachments ?? [])
  const bodies = attachments.map(({ body = '' }) => Buffer.from(body, 'base64').toString())
  expect(bodies.some((body) => body.includes('[redacted]'))).toBe(true)
  expect([output, ...bodies].filter((text) => text.includes('hunter2'))).toEqual([])
})

/** Returns a port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

const LONG = (url: string): string => `
import { loadTest } from 'describe-load/playwright'
loadTest('long', async ({ startLoad }) => {
  const run = await startLoad({ target: '${url}/?token=hunter2', rate: 100, duration: '60s' })
  for await (const { successes } of run) process.stderr.write('under way ' + successes)
})
`

test('writes the results so far of a load on Ctrl-C', { timeout: 180_000 }, async () => {
  const project = playwrightProject(packages, { 'a.load.spec.ts': LONG(target.url) })
  const { process: playwright, ended } = project.start()
  await untilPrinted(playwright, 'under way')
  // Playwright's processes are in other groups than Playwright itself, which stops them.
  process.kill(-(playwright.pid ?? Number.NaN), 'SIGINT')
  const { output, exitCode } = await ended
  expect(exitCode, output).toBe(130)
  const { results, target: reported } = project.record()
  expect(results.map(({ name, ended: end, endedBecause }) => [name, end, endedBecause])).toEqual([
    ['long', 'interrupted', 'Playwright stopped the test'],
  ])
  expect(results[0]?.successes).toBeGreaterThan(0)
  expect(reported).toBe(`${target.url}/?token=[redacted]`)
  expect(output).toContain('reports/load_test_results.json')
  expect(output).not.toContain('hosts/playwright')
})
