import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestContext } from 'vitest'
import { startFixture } from '../fixtures/index.ts'
import type { Fixture } from '../fixtures/index.ts'
import { blocksOf } from './blocks.fixture.ts'
import { projectFolder, repository, runNode } from './project.fixture.ts'
import type { Finished } from './project.fixture.ts'

const page = readFileSync(join(repository, 'docs/scripts.md'), 'utf8')

let target: Fixture<'plain'>
beforeAll(async () => {
  target = await startFixture('plain', {})
})
afterAll(() => target.stop())

/** Runs a file of the page with a load of half a second on a real server, and these replacements. */
function run(
  context: TestContext,
  file: string,
  args: readonly string[],
  replaced: readonly (readonly [string, string])[] = [],
): Promise<Finished> {
  const folder = projectFolder(context)
  const { text = '' } = blocksOf('docs/scripts.md', page).find((block) => block.file === file) ?? {}
  const code = [['http://127.0.0.1:3000', target.url] as const, ["'10s'", '500'] as const, ...replaced].reduce(
    (before, [from, to]) => before.replaceAll(from, to),
    text,
  )
  writeFileSync(join(folder, file), code)
  return runNode(folder, [...args, file])
}

/** On a busy machine, a verdict is invalid. */
const INVALID = /^(?:.*LoadVerdictError.*: )?invalid: /m

test('judges results in node:test, and fails on the line of the assertion', async (context) => {
  const passed = await run(context, 'cart.test.ts', ['--test'])
  expect(passed.output).toContain('serves the cart')
  if (!INVALID.test(passed.output)) expect(passed.exitCode, passed.output).toBe(0)
  const failed = await run(context, 'cart.test.ts', ['--test'], [['toHaveP95Below(100)', 'toHaveMaxBelow(0.001)']])
  expect(failed.exitCode).toBe(1)
  expect(failed.output).toMatch(/LoadVerdictError \[ERR_LOAD_VERDICT\]: .*response time below 0\.001 ms/)
  expect(failed.output).toMatch(/cart\.test\.ts:9:/)
  expect(failed.output).not.toContain('/src/hosts/')
})

test('judges a result in a script, whose exit code is the verdict', async (context) => {
  const passed = await run(context, 'nightly.ts', [])
  expect(passed.output).toMatch(/0 of 25 requests[^]*p95 response time below 100 ms/)
  if (!INVALID.test(passed.output)) expect(passed.exitCode, passed.output).toBe(0)
  const failed = await run(context, 'nightly.ts', [], [["'/cart'", "'/cart', ok: [[404, 404]]"]])
  expect(failed.output).toMatch(/25 of 25 requests[^]*p95 response time below 100 ms/)
  expect(failed.exitCode, failed.output).toBe(1)
})
