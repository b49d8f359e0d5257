import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'

const repository = fileURLToPath(new URL('../', import.meta.url))

/**
 * Runs `tsc` on these files in a copy of the sources where `vitest` is Vitest 4. Returns its output and the files that
 * it read.
 */
async function checkOnVitest4(...files: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'describe-load-types-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  cpSync(join(repository, 'package.json'), join(folder, 'package.json'))
  cpSync(join(repository, 'src'), join(folder, 'src'), { recursive: true })
  mkdirSync(join(folder, 'node_modules'))
  for (const name of readdirSync(join(repository, 'node_modules'))) {
    const from = name === 'vitest' ? 'fixtures/vitest-4/node_modules/vitest' : join('node_modules', name)
    symlinkSync(join(repository, from), join(folder, 'node_modules', name))
  }
  const config = { extends: join(repository, 'tsconfig.json'), include: files, compilerOptions: { rootDir: '.' } }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(repository, 'node_modules/typescript/bin/tsc')
  const run = promisify(execFile)(execPath, [tsc, '-p', folder, '--listFiles'], { maxBuffer: 2 ** 24 })
  const { stdout } = await run.catch((error: { stdout: string }) => error)
  return stdout
}

test(
  'matchers, loadTest, describeLoad, plugin and reporter are typed on Vitest 4.1, too',
  { timeout: 60_000 },
  async () => {
    const lines = (
      await checkOnVitest4('src/vitest.test-d.ts', 'src/plans.test-d.ts', 'src/plugin.ts', 'src/reporter.ts')
    ).split('\n')
    expect(lines.filter((line) => line.includes('error TS'))).toEqual([])
    expect(lines.some((line) => line.endsWith('vitest-4/node_modules/vitest/dist/index.d.ts'))).toBe(true)
    expect(lines.filter((line) => line.startsWith(join(repository, 'node_modules/vitest/')))).toEqual([])
  },
)
