import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { placeIn } from './call-site.ts'

test.each([
  ['at file:///shop/a.test.ts:3:5', '/shop/a.test.ts'],
  ['at async file:///my%20shop/%C3%BC.test.ts:3:5', '/my shop/ü.test.ts'],
  ['at async body (/shop/a.test.ts:3:5)', '/shop/a.test.ts'],
  ['at Object.<anonymous> (/app/(shop)/cart.load.test.ts:3:5)', '/app/(shop)/cart.load.test.ts'],
  ['at /app/(shop)/cart.load.test.ts:3:5', '/app/(shop)/cart.load.test.ts'],
  ['at body (/my app (copy)/a.test.ts:3:5)', '/my app (copy)/a.test.ts'],
  ['at serves (all) [as run] (file:///app/(shop)/a.test.ts?v=1:3:5)', '/app/(shop)/a.test.ts'],
  [String.raw`at body (C:\shop (new)\a.test.ts:3:5)`, String.raw`C:\shop (new)\a.test.ts`],
  ['at new Shop (C:/shop/a.test.ts:3:5)', 'C:/shop/a.test.ts'],
])('reads the place of "%s"', (frame, file) => {
  expect(placeIn(`    ${frame}`)).toEqual({ file, line: 3, column: 5 })
})

test.each([
  'at node:internal/process/task_queues:103:5',
  'at async Promise.all (index 0)',
  'at eval (eval at run (/shop/a.ts:1:2), <anonymous>:3:5)',
  'at run (file:///shop/node_modules/vitest/dist/index.js:3:5)',
])('"%s" is no place of a user', (frame) => {
  expect(placeIn(`    ${frame}`)).toBeUndefined()
})

test('knows its own frames in a folder whose URL is escaped', async () => {
  const root = mkdtempSync(join(tmpdir(), 'describe-load '))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const folder = join(root, 'my ünit (shop)')
  for (const name of ['hosts/call-site.ts', 'model/thrown.ts']) {
    mkdirSync(dirname(join(folder, 'src', name)), { recursive: true })
    cpSync(join(import.meta.dirname, '..', name), join(folder, 'src', name))
  }
  // As in `loadTest`, the helper is called by another function of describe-load.
  const code = "import { callSite } from './call-site.ts'\nconst helper = () => callSite(helper)\n"
  writeFileSync(join(folder, 'src/hosts/load-test.mjs'), `${code}export const loadTest = () => helper()\n`)
  writeFileSync(
    join(folder, 'user.mjs'),
    "import { loadTest } from './src/hosts/load-test.mjs'\nconsole.log(JSON.stringify(loadTest().place))\n",
  )
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'user.mjs')])
  expect(JSON.parse(stdout)).toEqual({ file: join(folder, 'user.mjs'), line: 2, column: 28 })
})
