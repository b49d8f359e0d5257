import { expect, test } from 'vitest'
import { relativeGlob } from './relative-glob.ts'

test.each([
  ['**/*.load.test.ts', '/work', '/work', '**/*.load.test.ts'],
  ['**/*.load.test.ts', '/work', '/work/packages/a', '**/*.load.test.ts'],
  ['**/*.load.test.ts', '/work/packages/a', '/work', 'packages/a/**/*.load.test.ts'],
  ['**/*.load.test.ts', '/work/packages/a', '/work/packages/b', undefined],
  ['load/*.ts', '/work', '/work/packages/a', undefined],
  ['./load/*.ts', '/work', '/work', 'load/*.ts'],
  ['packages/*/load/*.ts', '/work', '/work/packages/a', 'load/*.ts'],
  ['packages/{a,b}/load/*.ts', '/work', '/work/packages/b', 'load/*.ts'],
  ['packages/{a,b}/load/*.ts', '/work', '/work/packages/c', undefined],
  ['packages/a?/load/*.ts', '/work', '/work/packages/ab', 'load/*.ts'],
  ['packages/a.b/*.ts', '/work', '/work/packages/a-b', undefined],
  ['packages/@(a|b)/load/*.ts', '/work', '/work/packages/a', 'load/*.ts'],
  ['../shared/*.ts', '/work/a', '/work/shared', '*.ts'],
])('%j of %s is %3$j in %s', (glob, base, folder, expected) => {
  expect(relativeGlob(glob, base, folder)).toBe(expected)
})
