import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { NamedPatternBuilder } from '../src/traffic/patterns/pattern-kind.ts'

const repository = join(import.meta.dirname, '..')
const pages = globSync(['*.md', 'llms.txt', 'docs/**/*.md', 'examples/**/*.md', 'reports/*.md'], { cwd: repository })

function read(page: string): string {
  return readFileSync(join(repository, page), 'utf8')
}

/** The anchors of a page's headings, as GitHub forms them. */
function anchorsOf(page: string): readonly string[] {
  const headings = [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading)
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
}

/** The links of a page to files of the repository. */
function linksIn(page: string): readonly string[] {
  const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  return links.filter((link) => !link.startsWith('http'))
}

test.each(pages)('%s links only to files and headings that exist', (page) => {
  for (const link of linksIn(page)) {
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? page : join(dirname(page), path)
    expect(existsSync(join(repository, target)), `the target of ${link}`).toBe(true)
    if (anchor !== undefined) expect(anchorsOf(target), `the heading of ${link}`).toContain(anchor)
  }
})

const { files } = JSON.parse(read('package.json')) as { readonly files: readonly string[] }
/** `src/package.test.ts` checks the README, which the package contains, too. */
const published = files.filter((file) => /\.(?:md|txt)$/.test(file))

test.each(published)('%s, which the package contains, links only to files of the package', (page) => {
  const linked = linksIn(page).map((link) => join(dirname(page), link.replace(/#.*/, '')))
  const known = new Set([...globSync(files, { cwd: repository }), 'README.md', dirname(page)])
  expect(linked.filter((file) => !known.has(file))).toEqual([])
})

test('the architecture page names only files and folders that exist', () => {
  const named = [...read('docs/architecture.md').matchAll(/`([\w./-]+(?:\.ts|\/))`/g)].map(([, name = '']) => name)
  expect(named).not.toEqual([])
  const missing = named.filter((name) => globSync([name, `src/**/${name}`], { cwd: repository }).length === 0)
  expect(missing).toEqual([])
})

test('the guide for contributors imports only files that exist', () => {
  const imported = [...read('CONTRIBUTING.md').matchAll(/from '(\.[\w./-]+)'/g)].map(([, path = '']) => path)
  const folder = join(repository, 'src/traffic/patterns')
  // The guide adds step-up.ts.
  const missing = imported.filter((path) => path !== './step-up.ts' && !existsSync(join(folder, path)))
  expect(imported).not.toEqual([])
  expect(missing).toEqual([])
})

test('the pattern in the guide for contributors builds the curve that it describes', async () => {
  const [, block = ''] = /^ {3}```ts\n(.*?)^ {3}```/ms.exec(read('CONTRIBUTING.md')) ?? []
  const sources = join(repository, 'src/')
  const code = block.replaceAll("'../../", `'${sources}`).replaceAll("'./", `'${join(sources, 'traffic/patterns/')}`)
  const folder = mkdtempSync(join(tmpdir(), 'describe-load-guide-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'step-up.ts')
  writeFileSync(file, code)

  type Guide = { readonly stepUp: NamedPatternBuilder<{ readonly from: number; readonly to: number }> }
  const { stepUp } = (await import(file)) as Guide
  const spec = stepUp({ from: 2, to: 8 })
  const curve = stepUp.pattern.curveOf(spec, { durationMs: 10_000, seed: 'a' }, () => expect.unreachable())
  expect(spec).toEqual({ kind: 'step-up', from: 2, to: 8 })
  expect([0, 5_000, 7_500, 10_000].map((tMs) => curve.expectedBy(tMs))).toEqual([0, 10, 30, 50])
  expect([5, 10, 30, 50].map((count) => curve.timeOf(count))).toEqual([2_500, 5_000, 7_500, 10_000])
})
