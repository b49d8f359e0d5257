import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import axe from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { RunRecord } from '../../../model/record.ts'
import {
  comparedRun,
  eachWith,
  evenBatches,
  findings,
  judgedRun,
  made,
  pairsWith,
  recordOf,
  resultOf,
} from '../../../schemas/findings.builder.ts'
import { writtenRun } from '../../json-artifact.ts'
import { jsonText } from '../../json-text.ts'
import { environment } from '../../run-record.builder.ts'
import { reportPage } from '../report-page.ts'

const CHROMIUM = '/usr/bin/chromium'
const isHere = existsSync(CHROMIUM)
if (!isHere) console.warn(`${CHROMIUM} is not here, so the tests of the HTML report in a browser are skipped`)

const HOSTILE = `</script><script>document.title='hacked'</script><img src=x onerror="document.title='hacked'">\u001b[31m`

const batches = eachWith(
  evenBatches(40, 25, (i) => 5 + (i % 9)),
  (i) => (i === 20 ? { errors: { 'http-5xx': 4 } } : {}),
)
const result = resultOf({ batches, plan: { sla: { p99Ms: 10 } }, rest: { name: 'shop > lists products' } })
const errorsByClass = { 'http-5xx': { count: 4, first: HOSTILE, samples: [HOSTILE] } }
const run: RunRecord = {
  schema: 1,
  suite: 'load',
  name: 'load',
  startedAt: '2026-01-02T03:04:05.000Z',
  durationMs: 10_000,
  environment,
  target: 'http://127.0.0.1:3000/',
  results: [{ ...result, errorsByClass }],
  verdicts: [
    { result: 0, test: 'shop', matcher: 'toHaveP50Below', verdict: 'pass', message: 'p50 below 50 ms, was 9 ms' },
    {
      result: 0,
      test: 'shop',
      matcher: 'toHaveP99Below',
      verdict: 'fail',
      message: `expected p99, was 13 ms\n  ${HOSTILE}`,
    },
  ],
  findings: null,
}
const compared = judgedRun(comparedRun(pairsWith(1.15)))
const points = Array.from({ length: 20 }, (_, index) => ({
  startedAt: '2026-01-01T00:00:00.000Z',
  commit: `${index + 10}abcdef0123`,
  p50: 10,
  p95: index < 9 ? 20 : 25,
  p99: 30,
  mean: 10,
  CPU: null,
}))
const changes = [{ figure: 'p95', point: 9, beforeMs: 20, afterMs: 25 } as const]
const suites = [
  recordOf('limits', [made, made, made, made], findings.limits),
  recordOf('mcp-stress', [made], findings['mcp-stress']),
  {
    ...recordOf('load', [compared.result], null),
    verdicts: compared.verdicts,
    trends: [{ test: HOSTILE, points, changes, leftOut: 0 }],
  },
]

const folder = mkdtempSync(join(tmpdir(), 'describe-load-page-'))
const file = join(folder, 'load_test_report.html')
const address = pathToFileURL(file).href

let browser: Browser
beforeAll(async () => {
  writeFileSync(file, reportPage([run], suites))
  if (!isHere) return
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  browser = await chromium.launch({ executablePath: CHROMIUM, args })
})
afterAll(async () => {
  if (isHere) await browser.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Opens the page. When the test ends, checks that the page reported no error and requested nothing but itself. */
async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 900 }, ...options })
  const page = await context.newPage()
  const troubles: string[] = []
  page.on('console', (message) => troubles.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => troubles.push(error.message))
  page.on('request', (request) => {
    if (request.url() !== address) troubles.push(`request: ${request.url()}`)
  })
  onTestFinished(async () => {
    await context.close()
    expect(troubles).toEqual([])
  })
  await page.goto(address)
  return page
}

const CHARTS = '#load-1 .charts svg[data-to]'

/** Returns where the cursor is in each chart of the first run. */
async function cursors(page: Page): Promise<readonly string[]> {
  return page.locator(`${CHARTS} .cursor`).evaluateAll((paths) => paths.map((path) => path.getAttribute('d') ?? ''))
}

describe.skipIf(!isHere)('the page in a browser', () => {
  test('shows the verdicts, failures first, and hostile texts as texts', async () => {
    const page = await open()
    expect(await page.locator('#answer-title').textContent()).toBe('Not good enough')
    expect(await page.locator('#load-1 .verdict .claim').allTextContents()).toEqual([
      'expected p99, was 13 ms',
      'p50 below 50 ms, was 9 ms',
    ])
    expect(await page.title()).toBe('Load test report')
    expect(await page.locator('img').count()).toBe(0)
    expect(await page.locator('#load-1 .verdict').first().textContent()).toContain('</script><script>document.title')
  })

  test('moves one cursor over all charts of a run, and shows the values there', async () => {
    const page = await open()
    const chart = page.locator(CHARTS).first()
    await chart.scrollIntoViewIfNeeded()
    const count = await page.locator(CHARTS).count()
    expect(count).toBe(4)
    expect(await cursors(page)).toEqual(Array.from({ length: count }, () => ''))
    const box = await chart.boundingBox()
    if (box === null) throw new Error('the chart is not shown')
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    const at = await cursors(page)
    expect(at[0]).toMatch(/^M2\d\d(\.\d)? 14v194$/)
    expect(new Set(at).size).toBe(1)
    expect(await page.locator('#load-1 .legend b').first().textContent()).toMatch(/^\d+\.\d+$/)
    await page.mouse.move(2, 2)
    expect(new Set(await cursors(page))).toEqual(new Set(['']))
  })

  test('zooms all charts of a run to the time that a drag selects', async () => {
    const page = await open()
    const chart = page.locator(CHARTS).first()
    await chart.scrollIntoViewIfNeeded()
    const box = await chart.boundingBox()
    if (box === null) throw new Error('the chart is not shown')
    await page.mouse.move(box.x + box.width * 0.4, box.y + 60)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60)
    await page.mouse.up()
    const ticks = async (): Promise<readonly (readonly string[])[]> =>
      page
        .locator(CHARTS)
        .evaluateAll((charts) =>
          charts.map((each) => [...each.querySelectorAll('.f-tick-x')].flatMap(({ textContent }) => textContent || [])),
        )
    const zoomed = await ticks()
    const [first] = zoomed
    expect(zoomed.every((each) => each.join() === first?.join())).toBe(true)
    expect(Number.parseFloat(first?.[0] ?? '')).toBeGreaterThan(2)
    expect(Number.parseFloat(first?.at(-1) ?? '')).toBeLessThan(7)
    await page.locator('#load-1').getByRole('button', { name: 'Whole run' }).click()
    expect((await ticks())[0]?.[0]).toBe('0 s')
    expect((await ticks())[0]?.at(-1)).toBe('10 s')
  })

  test('connects the charts of a folded result when it is opened', async () => {
    const page = await open()
    const folded = page.locator('#limits-2-result-2')
    expect(await folded.locator('.timebar').count()).toBe(0)
    await folded.locator('summary').first().click()
    await folded.locator('.timebar').waitFor()
    expect(await folded.locator('.timebar').count()).toBe(1)
  })

  test('hides a series, and shows it again', async () => {
    const page = await open()
    const legend = page.locator('#load-1 .legend button', { hasText: 'p99' }).first()
    const isVisible = async (): Promise<boolean> =>
      (await page.locator('#load-1 .area .s-p99').first().getAttribute('visibility')) !== 'hidden'
    expect(await isVisible()).toBe(true)
    await legend.click()
    expect([await legend.getAttribute('aria-pressed'), await isVisible()]).toEqual(['false', false])
    await legend.click()
    expect([await legend.getAttribute('aria-pressed'), await isVisible()]).toEqual(['true', true])
  })

  test('is usable with the keyboard only', async () => {
    const page = await open()
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').textContent()).toBe('Skip to the verdicts')
    const slider = page.locator('#load-1 .timebar input')
    let tabs = 0
    while (!(await slider.evaluate((each) => each === document.activeElement)) && tabs++ < 60) {
      await page.keyboard.press('Tab')
    }
    expect(tabs).toBeLessThan(60)
    for (let i = 0; i < 5; i++) await page.keyboard.press('PageUp')
    expect(new Set(await cursors(page)).size).toBe(1)
    expect((await cursors(page))[0]).not.toBe('')
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/^\d+(\.\d+)? s$/)
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').textContent()).toBe('Zoom in')
    await page.keyboard.press('Enter')
    expect(await page.locator('#load-1').getByRole('button', { name: 'Zoom out' }).isEnabled()).toBe(true)
  })

  test('gives the raw data as files', async () => {
    const page = await open()
    const names = await page.locator('#load-1 a[download]').allTextContents()
    expect(names).toEqual(['load-1-result-1.hgrm', 'load-1.json', 'load-1.csv'])
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('#load-1 a[download*=".json"]').click(),
    ])
    expect(download.suggestedFilename()).toBe('load-1.json')
    expect(readFileSync(await download.path(), 'utf8')).toBe(`${jsonText(writtenRun(run))}\n`)
  })

  test('gives a chart as an image with its own colours', async () => {
    const page = await open()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('#load-1 .chart').first().getByRole('button', { name: 'Save SVG' }).click(),
    ])
    const image = readFileSync(await download.path(), 'utf8')
    expect(download.suggestedFilename()).toMatch(/\.svg$/)
    expect(image).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg".*<style[^>]*>[\s\S]*--c1:#0072b2/)
  })

  test('copies a failed verdict as Markdown', async () => {
    const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] })
    await page.locator('#load-1 .verdict').first().getByRole('button', { name: 'Copy as Markdown' }).click()
    await page.getByText('Copied', { exact: true }).waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied).toMatch(/^\*\*fail: shop \\> lists products\*\*\n\n```\nexpected p99, was 13 ms\n/)
    expect(copied).toContain('commit 0123456789ab')
  })

  test('has no serious accessibility problem, in dark and on a phone', async () => {
    for (const options of [{ colorScheme: 'dark' } as const, { viewport: { width: 360, height: 740 } }]) {
      const page = await open(options)
      await page.evaluate(axe.source)
      const found = await page.evaluate(async () => {
        const { violations } = await (globalThis as unknown as Axe).axe.run(
          { exclude: ['#limits-2'] },
          { resultTypes: ['violations'] },
        )
        return violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(
            ({ id, nodes }) =>
              `${id}: ${nodes
                .slice(0, 3)
                .map(({ html }) => html)
                .join(' ')}`,
          )
      })
      expect(found).toEqual([])
    }
  })

  test('does not scroll sideways on a phone', async () => {
    const page = await open({ viewport: { width: 360, height: 740 } })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
  })

  test('shows everything without scripts', async () => {
    const page = await open({ javaScriptEnabled: false })
    expect(await page.locator('#answer-title').isVisible()).toBe(true)
    expect(await page.locator(CHARTS).first().isVisible()).toBe(true)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('#load-1 a[download*=".json"]').click(),
    ])
    expect(download.suggestedFilename()).toBe('load-1.json.gz')
  })
})

interface Axe {
  readonly axe: {
    run(
      context: object,
      options: object,
    ): Promise<{
      readonly violations: readonly {
        readonly id: string
        readonly impact: string
        readonly nodes: readonly { readonly html: string }[]
      }[]
    }>
  }
}
