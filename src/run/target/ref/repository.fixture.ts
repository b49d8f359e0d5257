import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { beforeAll, beforeEach, onTestFinished, vi } from 'vitest'
import { realDelay } from '../../../model/real-time.ts'
import type { RefTarget } from '../../../model/target.ts'
import { checkOutRef, type RefCheckout } from './check-out-ref.ts'
import { outsideHook } from './git.ts'

type Files = Readonly<Record<string, string>>

/** Creates an empty temporary folder for a test. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'describe-load-ref-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  return folder
}

/** Runs git as a user does, but without the configuration of the machine. */
export function userGit(cwd: string, ...args: readonly string[]): string {
  const person = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com']
  const env = { ...process.env, ...outsideHook, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
  return execFileSync('git', [...person, ...args], { cwd, env, encoding: 'utf8', stdio: 'pipe' }).trim()
}

/** A git repository, which it creates if there is none. */
export class TestRepository {
  readonly root: string

  constructor(root: string = join(temporaryFolder(), 'shop')) {
    this.root = root
    if (existsSync(root)) return
    mkdirSync(root, { recursive: true })
    userGit(root, 'init', '--quiet', '--initial-branch', 'main')
  }

  git(...args: readonly string[]): string {
    return userGit(this.root, ...args)
  }

  write(files: Files): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, name)), { recursive: true })
      writeFileSync(join(this.root, name), text)
    }
  }

  /** Commits files, and returns the commit. */
  commit(files: Files): string {
    this.write(files)
    this.git('add', '--all')
    this.git('commit', '--quiet', '--message', 'change')
    return this.git('rev-parse', 'HEAD')
  }

  /** Paths of the worktrees besides the first one. */
  worktrees(): string[] {
    const lines = this.git('worktree', 'list', '--porcelain').split('\n')
    return lines.flatMap((line) => (line.startsWith('worktree ') ? [line.slice('worktree '.length)] : [])).slice(1)
  }
}

/** Program that checks out a ref as another process does. */
export const program: string = fileURLToPath(new URL('check-out-ref.fixture.ts', import.meta.url))
const never = new AbortController().signal
/** Gives each test of a file a cache folder, and prepares `divergedRepository`. */
export function useTestRepositories(): void {
  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'describe-load-ref-'))
    template = diverge(join(folder, 'shop'))
    return () => rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(() => {
    vi.stubEnv('XDG_CACHE_HOME', temporaryFolder())
    vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null')
    return () => vi.unstubAllEnvs()
  })
}

export function checkOut(
  { root }: Pick<TestRepository, 'root'>,
  target: RefTarget,
  options: { readonly cwd?: string; readonly log?: (text: string) => void; readonly signal?: AbortSignal } = {},
): Promise<RefCheckout> {
  return checkOutRef(target, { cwd: root, log: () => {}, signal: never, ...options })
}

/** A command that adds a line to a file. */
export function appending(file: string, then = ''): readonly string[] {
  return [execPath, '-e', `fs.appendFileSync(${JSON.stringify(file)}, process.pid + '\\n');${then}`]
}

export function linesOf(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await realDelay(10)
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

interface Diverged {
  readonly repository: TestRepository
  /** Commit of `main` from which `work` has left. */
  readonly base: string
  /** Newest commit of `main`. */
  readonly tip: string
}

/** Building it takes ten commands; copying it none. */
let template: Diverged | undefined

function diverge(root: string): Diverged {
  const repository = new TestRepository(root)
  const base = repository.commit({ 'server.js': '1' })
  repository.git('switch', '--quiet', '--create', 'work')
  repository.commit({ 'server.js': 'work' })
  repository.git('switch', '--quiet', 'main')
  const tip = repository.commit({ 'server.js': '2' })
  repository.git('branch', 'next')
  repository.git('switch', '--quiet', 'work')
  return { repository, base, tip }
}

/** A repository whose branch `work` has left `main`, and `main` has continued. */
export function divergedRepository(): Diverged {
  if (template === undefined) throw new Error('call useTestRepositories() first')
  const root = join(temporaryFolder(), 'shop')
  cpSync(template.repository.root, root, { recursive: true })
  return { ...template, repository: new TestRepository(root) }
}
