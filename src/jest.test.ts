import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as entry from './jest.ts'

test('jest.cjs exports every name of jest.ts, and Jest’s expect', () => {
  const text = readFileSync(join(import.meta.dirname, 'jest.cjs'), 'utf8')
  const lines = text.split('\n').filter((line) => line.startsWith('exports.'))
  expect(lines.toSorted()).toEqual(
    [
      'exports.expect = globals.expect',
      ...Object.keys(entry).map((name) => `exports.${name} = host.${name}`),
    ].toSorted(),
  )
})
