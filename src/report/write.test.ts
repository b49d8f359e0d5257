import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { RenderedFile } from './render.ts'
import { writeArtifacts, writeWhole } from './write.ts'

test('creates the folder, replaces older files, and leaves no other files behind', () => {
  const base = mkdtempSync(join(tmpdir(), 'describe-load-write-'))
  onTestFinished(() => rmSync(base, { recursive: true }))
  const folder = join(base, 'deep', 'reports')
  writeArtifacts(folder, [{ fileName: 'a.txt', text: 'old' }])
  expect(writeArtifacts(folder, [{ fileName: 'a.txt', text: 'new' }])).toEqual({ paths: [join(folder, 'a.txt')] })
  expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('new')
  expect(readdirSync(folder)).toEqual(['a.txt'])
})

test('creates no folder when there is nothing to write', () => {
  expect(writeArtifacts('/nowhere/at/all', [])).toEqual({ paths: [] })
})

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'describe-load-write-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test.each(['../x.txt', '/tmp/x.txt', 'a/b.txt', 'a\\b.txt', 'x\0.txt', '..', ''])(
  'refuses the file name %j, and writes the other files',
  (fileName) => {
    const folder = join(temporaryFolder(), 'reports')
    const files = [fileName, 'a.txt'].map((name) => ({ fileName: name, text: 'text' }))
    const { paths, failure } = writeArtifacts(folder, files)
    expect(paths).toEqual([join(folder, 'a.txt')])
    expect(failure?.message).toContain(
      `1 of 2 reports could not be written to ${folder}:\n  ${JSON.stringify(fileName)}: the name of a report must be`,
    )
    expect(readdirSync(folder)).toEqual(['a.txt'])
    expect(readdirSync(join(folder, '..'))).toEqual(['reports'])
  },
)

test('replaces a link instead of writing through it, and leaves nothing behind when it fails', () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'victim'), 'kept')
  symlinkSync(join(folder, 'victim'), join(folder, 'a.txt'))
  // The name of the temporary file was predictable once.
  symlinkSync(join(folder, 'victim'), join(folder, `a.txt.${process.pid}.tmp`))
  writeWhole(join(folder, 'a.txt'), 'new')
  expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('kept')
  expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('new')
  mkdirSync(join(folder, 'b.txt', 'full'), { recursive: true })
  const before = readdirSync(folder)
  expect(() => writeWhole(join(folder, 'b.txt'), 'new')).toThrow(/EISDIR|ENOTEMPTY|EEXIST|EPERM/)
  expect(readdirSync(folder)).toEqual(before)
})

test('writes the files that fit on a full disk', ({ skip }) => {
  const folder = temporaryFolder()
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { encoding: 'utf8' })
  if (mounted.status !== 0) skip(`a small file system cannot be mounted: ${mounted.error?.message ?? mounted.stderr}`)
  onTestFinished(() => void spawnSync('umount', [folder]))
  const files = [
    { fileName: 'large.json', text: 'x'.repeat(1_000_000) },
    { fileName: 'small.txt', text: 'small' },
  ]
  expect(writeArtifacts(folder, files).failure?.message).toMatch(
    /^1 of 2 reports could not be written to .*:\n {2}"large\.json": ENOSPC: no space left on device\n {4}→ choose a folder that can be written,/,
  )
  expect(readdirSync(folder)).toEqual(['small.txt'])
})

test.skipIf(process.platform !== 'linux')('does not hang where a file system refuses new folders', () => {
  expect(writeArtifacts('/proc/x/y', [{ fileName: 'a.json', text: 'text' }]).failure?.message).toMatch(
    /^1 of 1 reports could not be written to \/proc\/x\/y:\n {2}"a.json": ENOENT: no such file or directory\n/,
  )
})

test('reports the reason once if no file can be written', () => {
  const folder = join(temporaryFolder(), 'reports')
  writeFileSync(folder, 'a file')
  const files = ['a.json', 'b.txt'].map((fileName) => ({ fileName, text: 'text' }))
  const { paths, failure } = writeArtifacts(folder, files)
  expect([paths, failure?.code]).toEqual([[], 'ERR_LOAD_REPORTS'])
  expect(failure?.message).toBe(
    `2 of 2 reports could not be written to ${folder}:\n  "a.json", "b.txt": EEXIST: file already exists\n` +
      '    → choose a folder that can be written, with load({ reportsDir }) or LOAD_REPORTS_DIR',
  )
})

test('writes each file before it asks for the next one', () => {
  const folder = temporaryFolder()
  const files = function* (): Generator<RenderedFile> {
    yield { fileName: 'a.json', text: 'first' }
    yield { fileName: 'b.txt', text: readFileSync(join(folder, 'a.json'), 'utf8') }
  }
  writeArtifacts(folder, files())
  expect(readFileSync(join(folder, 'b.txt'), 'utf8')).toBe('first')
})

test('writes the other files if one cannot be rendered, and says why', () => {
  const folder = temporaryFolder()
  const { paths, failure } = writeArtifacts(folder, [
    { fileName: 'a.html', error: new TypeError('no results') },
    { fileName: 'b.txt', text: 'text' },
  ])
  expect(paths).toEqual([join(folder, 'b.txt')])
  expect(failure?.message).toBe(
    `1 of 2 reports could not be written to ${folder}:\n  "a.html": rendering failed: TypeError: no results`,
  )
})
