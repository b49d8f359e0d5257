import { expect, test } from 'vitest'
import { dividingOption, isWholeRun } from './whole-run.ts'

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

test.each([
  ['test --shard 1/2', {}, '--shard'],
  ['test --shard=1/2 --workers 2', {}, '--shard'],
  ['test --repeat-each=3', {}, '--repeat-each'],
  ['test', { shard: { current: 1, total: 2 } }, 'shard in the configuration'],
  ['test', { shard: null }, undefined],
  ['test --workers 2', {}, undefined],
])('playwright %s with the configuration %j divides the tests by %s', (words, config, expected) => {
  expect(dividingOption(['node', 'playwright', ...words.split(' ')], config)).toBe(expected)
})
