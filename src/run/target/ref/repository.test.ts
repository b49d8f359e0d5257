import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import {
  checkOut,
  divergedRepository,
  temporaryFolder,
  TestRepository,
  userGit,
  useTestRepositories,
} from './repository.fixture.ts'

useTestRepositories()

describe('a ref that cannot be used', () => {
  const message = async (promise: Promise<unknown>): Promise<string> => {
    const error: unknown = await promise.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'LoadTargetError', code: 'ERR_LOAD_TARGET_REF' })
    return (error as Error).message
  }

  test.each([
    ['origin/mian', "did you mean 'origin/main'?"],
    ['origin/release', 'run git fetch origin release:refs/remotes/origin/release'],
    ['v1', 'name a branch, a tag or a commit'],
    ['--help', 'name a branch, a tag or a commit'],
    ['', 'name a branch, a tag or a commit'],
    ['next', "did you mean 'origin/next'?"],
  ])('names %j, which the repository does not have, and suggests what to do', async (ref, advice) => {
    const clone = join(temporaryFolder(), 'clone')
    userGit(dirname(clone), 'clone', '--quiet', divergedRepository().repository.root, clone)
    expect(await message(checkOut({ root: clone }, { ref }))).toBe(
      `ref '${ref}' cannot be used: the repository ${clone} has no branch, tag or commit of this name\n    → ${advice}`,
    )
  })

  test('of a shallow clone names `fetch-depth: 0`, and a command that works', async () => {
    const { repository, base } = divergedRepository()
    const root = join(temporaryFolder(), 'clone')
    userGit(dirname(root), 'clone', '--quiet', '--depth', '1', '--branch', 'work', `file://${repository.root}`, root)
    const advice =
      'fetch the whole history: `fetch-depth: 0` for actions/checkout on GitHub, `GIT_DEPTH: 0` on GitLab, '
    const command = 'git fetch --unshallow origin main:refs/remotes/origin/main'
    expect(await message(checkOut({ root }, { ref: 'origin/main' }))).toBe(
      `ref 'origin/main' cannot be used: the shallow clone ${root} has no branch, tag or commit of this name\n` +
        `    → ${advice}\`${command}\` elsewhere`,
    )
    userGit(root, 'fetch', '--quiet', '--depth', '1', 'origin', 'main:refs/remotes/origin/main')
    expect(await message(checkOut({ root }, { ref: 'origin/main' }))).toBe(
      `ref 'origin/main' cannot be used: the shallow clone ${root} does not have the commit from which HEAD and the ` +
        `ref diverged\n    → ${advice}\`git fetch --unshallow\` elsewhere`,
    )
    userGit(root, ...command.split(' ').slice(1))
    expect(await checkOut({ root }, { ref: 'origin/main' })).toMatchObject({ commit: base })
  })

  test('has no merge base with HEAD', async () => {
    const { repository } = divergedRepository()
    repository.git('checkout', '--quiet', '--orphan', 'other')
    repository.commit({ 'server.js': '' })
    expect(await message(checkOut(repository, { ref: 'main' }))).toBe(
      "ref 'main' cannot be used: HEAD and the ref have no common commit\n" +
        '    → set exact: true to compare with the ref itself',
    )
  })

  test('does not have the folder of the target', async () => {
    const { repository, base } = divergedRepository()
    const cwd = join(repository.root, 'api')
    mkdirSync(cwd)
    expect(await message(checkOut(repository, { ref: 'main' }, { cwd }))).toBe(
      `ref 'main' cannot be used: its commit ${base.slice(0, 12)} has no folder api\n` +
        '    → name a ref with this folder, or set cwd to the folder that the code was in',
    )
    expect(repository.worktrees()).toEqual([])
    const outside = dirname(repository.root)
    expect(await message(checkOut(repository, { ref: 'main', cwd: outside }))).toBe(
      `ref 'main' cannot be used: folder ${outside} is not inside the repository ${repository.root}\n    → correct cwd`,
    )
  })

  test('belongs to no repository that git can read', async () => {
    const root = temporaryFolder()
    vi.stubEnv('GIT_CEILING_DIRECTORIES', dirname(root))
    expect(await message(checkOut({ root }, { ref: 'main' }))).toBe(
      `ref 'main' cannot be used: git cannot read a repository in ${root}\n` +
        '  fatal: not a git repository (or any of the parent directories): .git\n' +
        '    → run the test in a clone of the repository, or compare with a URL or a command',
    )
    const missing = join(root, 'missing')
    expect(await message(checkOut({ root: missing }, { ref: 'main' }))).toContain(`folder ${missing} does not exist`)
    const empty = new TestRepository()
    expect(await message(checkOut(empty, { ref: 'main' }))).toBe(
      `ref 'main' cannot be used: the repository ${empty.root} has no commit yet\n    → commit the code to compare with`,
    )
    vi.stubEnv('PATH', root)
    expect(await message(checkOut(empty, { ref: 'main' }))).toContain('the program git was not found')
  })

  test('cannot be checked out', async () => {
    const { repository, base } = divergedRepository()
    const tree = userGit(repository.root, 'rev-parse', `${base}:server.js`)
    rmSync(join(repository.root, '.git/objects', tree.slice(0, 2), tree.slice(2)))
    expect(await message(checkOut(repository, { ref: 'main' }))).toMatch(
      /^ref 'main' cannot be used: `git worktree add .*` failed\n(?:  .*\n)+    → run it manually in /,
    )
    expect(repository.worktrees()).toEqual([])
  })

  test('has a damaged lock', async () => {
    const { repository } = divergedRepository()
    const { directory } = await checkOut(repository, { ref: 'main' })
    const lock = join(dirname(directory), 'lock')
    writeFileSync(lock, '')
    expect(await message(checkOut(repository, { ref: 'main' }))).toBe(
      `ref 'main' cannot be used: ${lock} is empty\n    → remove ${lock}`,
    )
  })
})
