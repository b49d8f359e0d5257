import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { isBranch, makeRepository } from './make-repository.ts'

const [, , branch] = process.argv
if (!isBranch(branch)) {
  console.error('usage: node run.ts slow-line|harmless')
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'gate-'))
makeRepository(folder)
execFileSync('git', ['checkout', '--quiet', branch], { cwd: folder })

const packages = join(folder, 'node_modules')
mkdirSync(packages)
const find = createRequire(import.meta.url)
for (const name of ['describe-load', 'vitest']) {
  symlinkSync(dirname(find.resolve(`${name}/package.json`)), join(packages, name), 'junction')
}

console.log(`${folder}: branch ${branch}, compared with main\n`)
const vitest = join(packages, 'vitest/vitest.mjs')
process.exitCode = spawnSync(process.execPath, [vitest, 'run'], { cwd: folder, stdio: 'inherit' }).status ?? 1
