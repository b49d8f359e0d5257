/** Runs the code of the page about Playwright Test, with a real browser if there is one. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FinishedProcess } from '../src/hosts/host-process.fixture.ts'
import { installPackages, playwrightProject } from '../src/hosts/playwright/playwright-process.fixture.ts'
import type { PlaywrightProject } from '../src/hosts/playwright/playwright-process.fixture.ts'
import { freePort } from '../src/model/free-port.ts'
import { blocksOf } from './blocks.fixture.ts'

const CHROMIUM = '/usr/bin/chromium'
const hasBrowser = existsSync(CHROMIUM)

const PAGE = 'playwright.md'
const blocks = blocksOf(PAGE, readFileSync(join(import.meta.dirname, PAGE), 'utf8'))

/** Returns a file of the page, with durations of half a second and a limit that a busy machine holds. */
function fileIn(name: string, port: number): string {
  const text = blocks.find(({ file }) => file === name)?.text ?? ''
  expect(text).not.toBe('')
  return text
    .replaceAll('127.0.0.1:3000', `127.0.0.1:${port}`)
    .replaceAll(/duration: '\d+s'/g, "duration: '500ms'")
    .replace('toHaveP95Below(100)', 'toHaveP95Below(5_000)')
}

const SERVER = `
import { createServer } from 'node:http'
const FORM = '<form method="post"><label>Name <input name="name"></label><button>Log in</button></form>'
createServer((request, response) => {
  const { method, url, headers: { cookie } } = request
  if (url === '/login' && method === 'POST') {
    response.writeHead(303, { 'set-cookie': 'sid=hunter2; HttpOnly; Path=/', location: '/account' }).end()
  } else if (url === '/login') {
    response.setHeader('content-type', 'text/html')
    response.end(FORM)
  } else {
    const isKnown = url === '/cart' || cookie?.includes('sid=hunter2')
    response.statusCode = !isKnown ? 401 : url === '/echo' ? 400 : 200
    response.end('hello ' + cookie)
  }
}).listen(process.env.PORT, '127.0.0.1')
`

/** Puts the cookie of the browser into bodies, which reports quote. */
const MASKED = `
import { cookieHeaders, expect, test } from 'describe-load/playwright'
test('loads as the user who logged in, and without a login', async ({ context, baseURL, load }) => {
  await context.request.post('/login')
  const headers = cookieHeaders(await context.storageState(), baseURL)
  const refused = await load({ rate: 40, duration: 100, request: { path: '/account' } })
  expect(refused.errorsByClass['http-4xx']?.count).toBe(4)
  const echoed = await load({ rate: 40, duration: 100, headers, request: { path: '/echo' } })
  expect(echoed.errorsByClass['http-4xx']?.count).toBe(4)
})
`

let project: PlaywrightProject
let finished: FinishedProcess
const cleanUps: (() => unknown)[] = []

beforeAll(async () => {
  const packages = await installPackages()
  cleanUps.push(() => packages[Symbol.asyncDispose]())
  const port = await freePort()
  const launch = `launchOptions: { executablePath: '${CHROMIUM}', args: ['--no-sandbox'] }`
  const config = fileIn('playwright.config.ts', port)
    .replace('use: {', `use: { ${launch},`)
    .replace(
      'defineConfig({',
      `defineConfig({
  reporter: [['list'], ['json', { outputFile: 'results.json' }], ['html', { open: 'never' }]],
  webServer: { command: 'node server.mjs', url: 'http://127.0.0.1:${port}/cart' },`,
    )
  const files = {
    'playwright.config.ts': config,
    'server.mjs': SERVER,
    'masked.load.spec.ts': MASKED,
    'checkout.load.spec.ts': fileIn('checkout.load.spec.ts', port),
    ...(hasBrowser && { 'account.load.spec.ts': fileIn('account.load.spec.ts', port) }),
  }
  const context = { onTestFinished: (cleanUp: unknown) => void cleanUps.push(cleanUp as () => unknown) }
  project = playwrightProject(context, packages, files, { PORT: String(port) })
  finished = await project.run()
}, 180_000)
afterAll(async () => {
  for (const cleanUp of cleanUps.toReversed()) await cleanUp()
})

/** Returns the successes of each load of a test. */
const successesOf = (name: string): readonly number[] =>
  project
    .record()
    .results.filter((result) => result.name.startsWith(name))
    .map(({ successes }) => successes)

test('the configuration and the first load test of the page pass', () => {
  expect(finished.exitCode, finished.output).toBe(0)
  expect(successesOf('serves the cart')).toEqual([25])
})

test('sends the cookies of a browser that logged in', ({ skip }) => {
  skip(!hasBrowser, `needs ${CHROMIUM}`)
  expect(successesOf('serves the account pages')).toEqual([25])
})

test('masks the cookies in every report', () => {
  const written = [
    'results.json',
    'playwright-report/index.html',
    ...project.files('reports').map((name) => `reports/${name}`),
  ]
  for (const file of written) expect(project.text(file), file).not.toContain('hunter2')
  const attachments = [...project.specs().values()].flatMap(({ tests }) => tests[0]?.results[0]?.attachments ?? [])
  const bodies = attachments.map(({ body = '' }) => Buffer.from(body, 'base64').toString())
  expect(bodies.some((body) => body.includes('[redacted]'))).toBe(true)
  expect([finished.output, ...bodies].filter((text) => text.includes('hunter2'))).toEqual([])
})
