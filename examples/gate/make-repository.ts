import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What each branch changes in one line of a file of `main`. */
const BRANCHES = {
  'slow-line': ['cart.js', 'prices.get(name)', 'products.find((product) => product.name === name).price'],
  harmless: ['server.js', "console.log('ready')", "console.log('the shop is open')"],
} as const

export type Branch = keyof typeof BRANCHES

export function isBranch(name: string | undefined): name is Branch {
  return name !== undefined && name in BRANCHES
}

/** Creates a git repository with the project on `main`, and a branch with one commit for each change. */
export function makeRepository(folder: string): void {
  const git = (...args: readonly string[]): void => {
    const person = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com']
    execFileSync('git', [...person, ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  cpSync(join(import.meta.dirname, 'project'), folder, { recursive: true })
  writeFileSync(join(folder, '.gitignore'), 'node_modules\nreports\n')
  git('init', '--quiet')
  git('checkout', '--quiet', '-b', 'main')
  git('add', '--all')
  git('commit', '--quiet', '--message', 'the shop')
  for (const [branch, [file, before, after]] of Object.entries(BRANCHES)) {
    git('checkout', '--quiet', '-b', branch, 'main')
    const path = join(folder, file)
    writeFileSync(path, readFileSync(path, 'utf8').replace(before, after))
    git('commit', '--quiet', '--all', '--message', `change ${file}`)
  }
  git('checkout', '--quiet', 'main')
}
