/** Tests the workflow that a tag starts. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { env, execPath } from 'node:process'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { repository } from './project.fixture.ts'

interface Release {
  readonly on: unknown
  readonly permissions: unknown
  readonly jobs: { readonly release: { readonly steps: readonly { readonly name?: string; readonly run?: string }[] } }
}

const release = parse(readFileSync(join(repository, '.github/workflows/release.yml'), 'utf8')) as Release
const { steps } = release.jobs.release

test('a tag of a version only checks the package, and publishes nothing', () => {
  expect(release.on).toEqual({ push: { tags: ['v*'] } })
  expect(release.permissions).toEqual({ contents: 'read' })
  expect(steps.flatMap(({ name, run }) => (name === undefined ? (run ?? []) : []))).toEqual([
    'npm ci',
    'npm run check',
    'npm publish --dry-run',
  ])
})

test.for([
  ['accepts a tag that equals the version, with a section of the changelog', 'v1.2.3', '## [1.2.3] - 2026-11-29', ''],
  ['rejects a tag of another version', 'v1.2.4', '## [1.2.4] - 2026-11-29', 'package.json has the version 1.2.3'],
  ['rejects a version without a section', 'v1.2.3', '## [Unreleased]', 'needs the section ## [1.2.3] - YYYY-MM-DD'],
  ['rejects a section without a date', 'v1.2.3', '## [1.2.3]', 'needs the section ## [1.2.3] - YYYY-MM-DD'],
  ['compares the dots of a version', 'v1.2.3', '## [1x2y3] - 2026-11-29', 'needs the section ## [1.2.3]'],
] as const)('%s', async ([, tag, section, error]) => {
  const folder = mkdtempSync(join(tmpdir(), 'describe-load-release-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'package.json'), '{ "version": "1.2.3" }')
  writeFileSync(join(folder, 'CHANGELOG.md'), `# Changelog\n\n${section}\n`)
  const check = steps.find(({ name }) => name?.startsWith('Compare the tag'))?.run ?? ''
  const child = spawn('bash', ['-e', '-c', check], {
    cwd: folder,
    env: { PATH: `${dirname(execPath)}:${env['PATH']}`, GITHUB_REF_NAME: tag },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [exitCode] = (await once(child, 'close')) as [number]
  expect(exitCode, output).toBe(error === '' ? 0 : 1)
  expect(output).toMatch(error === '' ? /^$/ : /^::error file=\S+::.*\n$/)
  expect(output).toContain(error)
})
