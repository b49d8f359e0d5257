import { expect, test } from 'vitest'
import { isWholeRun } from './whole-run.ts'

test.each([
  ['test', true],
  ['test --headed', true],
  ['test --reporter list --workers=2 -c e2e/playwright.config.ts', true],
  ['test --shard 1/2', true],
  ['test checkout.load.spec.ts', false],
  ['test --headed checkout.load.spec.ts', false],
  ['test --project load', false],
  ['test --project=load', false],
  ['test -g cart', false],
  ['test --ui', false],
  ['test --last-failed', false],
  ['test-server', false],
  ['', false],
])('playwright %s: %s', (words, expected) => {
  expect(isWholeRun(['node', 'playwright', ...words.split(' ')])).toBe(expected)
})
