import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writeArtifacts } from './write.ts'

test('creates the folder, replaces older files, and leaves no other files behind', () => {
  const base = mkdtempSync(join(tmpdir(), 'describe-load-write-'))
  onTestFinished(() => rmSync(base, { recursive: true }))
  const folder = join(base, 'deep', 'reports')
  writeArtifacts(folder, [{ fileName: 'a.txt', text: 'old' }])
  const paths = writeArtifacts(folder, [{ fileName: 'a.txt', text: 'new' }])
  expect(paths).toEqual([join(folder, 'a.txt')])
  expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('new')
  expect(readdirSync(folder)).toEqual(['a.txt'])
})

test('creates no folder when there is nothing to write', () => {
  expect(writeArtifacts('/nowhere/at/all', [])).toEqual([])
})
