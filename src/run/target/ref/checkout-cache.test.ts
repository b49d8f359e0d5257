import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { execPath } from 'node:process'
import { describe, expect, test, vi } from 'vitest'
import {
  checkOut,
  divergedRepository,
  program,
  temporaryFolder,
  TestRepository,
  userGit,
  useTestRepositories,
} from './repository.fixture.ts'

useTestRepositories()

describe('the cache', () => {
  test('keeps the two checkouts that were used last, and those in use', async () => {
    const repository = new TestRepository()
    const commits = ['1', '2', '3', '4'].map((text) => repository.commit({ 'server.js': text }))
    const used = await checkOut(repository, { ref: commits[0] ?? '', exact: true })
    for (const ref of commits.slice(1)) (await checkOut(repository, { ref, exact: true })).release()
    const heads = () => repository.worktrees().map((path) => userGit(path, 'rev-parse', 'HEAD'))
    expect(new Set(heads())).toEqual(new Set([commits[0], commits[2], commits[3]]))
    used.release()
    await checkOut(repository, { ref: commits[2] ?? '', exact: true })
    expect(new Set(heads())).toEqual(new Set([commits[2], commits[3]]))
  })

  test('keeps a checkout that another process uses, until that is killed', async () => {
    const repository = new TestRepository()
    const commits = ['1', '2', '3'].map((text) => repository.commit({ 'server.js': text }))
    const target = JSON.stringify({ ref: commits[0], exact: true })
    const other = spawn(execPath, [program, target, '60000'], { cwd: repository.root })
    const exited = once(other, 'exit')
    const [output] = (await once(other.stdout, 'data')) as [Buffer]
    for (const ref of commits.slice(1)) await checkOut(repository, { ref, exact: true })
    expect(repository.worktrees()).toContain(String(output).trim())
    other.kill('SIGKILL')
    await exited
    await checkOut(repository, { ref: commits[2] ?? '', exact: true })
    expect(repository.worktrees()).toHaveLength(2)
  })

  test('restores files that a server changed, but not what the preparation changed', async () => {
    const repository = new TestRepository()
    repository.commit({ 'data.json': '[]', 'version.js': '0' })
    const target = { ref: 'main', prepare: [execPath, '-e', "fs.writeFileSync('version.js', '1')"] }
    const first = await checkOut(repository, target)
    writeFileSync(join(first.directory, 'data.json'), '[1]')
    first.release()
    const second = await checkOut(repository, target)
    expect(second.directory).toBe(first.directory)
    expect(readFileSync(join(second.directory, 'data.json'), 'utf8')).toBe('[]')
    expect(readFileSync(join(second.directory, 'version.js'), 'utf8')).toBe('1')
  })

  test('replaces a checkout of which git has lost track, or that has another commit', async () => {
    const { repository, tip } = divergedRepository()
    const first = await checkOut(repository, { ref: 'main' })
    first.release()
    userGit(first.directory, 'checkout', '--quiet', tip)
    const second = await checkOut(repository, { ref: 'main' })
    second.release()
    expect(second.directory).not.toBe(first.directory)
    rmSync(join(second.directory, '.git'))
    const third = await checkOut(repository, { ref: 'main' })
    expect(repository.worktrees()).toEqual([third.directory])
    expect(readFileSync(join(third.directory, 'server.js'), 'utf8')).toBe('1')
  })

  test("does not affect the user's own worktrees, even if their folder is missing", async () => {
    const { repository } = divergedRepository()
    const own = join(temporaryFolder(), 'on a disk')
    repository.git('worktree', 'add', '--quiet', '--detach', own)
    renameSync(own, `${own} that is not mounted`)
    const checkout = await checkOut(repository, { ref: 'main' })
    expect(repository.worktrees().sort()).toEqual([own, checkout.directory].sort())
  })

  test('removes the checkouts of repositories that no longer exist', async () => {
    const [gone, repository] = [new TestRepository(), new TestRepository()]
    gone.commit({ 'server.js': '1' })
    repository.commit({ 'server.js': '1' })
    const checkout = await checkOut(gone, { ref: 'main' })
    checkout.release()
    rmSync(gone.root, { recursive: true })
    await checkOut(repository, { ref: 'main' })
    expect(existsSync(dirname(checkout.directory))).toBe(false)
  })

  test('is in the temporary folder if the cache folder cannot be written', async () => {
    const { repository } = divergedRepository()
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    vi.stubEnv('XDG_CACHE_HOME', file)
    const temporary = temporaryFolder()
    vi.stubEnv('TMPDIR', temporary)
    const log: string[] = []
    const { directory } = await checkOut(repository, { ref: 'main' }, { log: (text) => log.push(text) })
    expect(directory.startsWith(temporary)).toBe(true)
    expect(log[1]).toMatch(/^checkouts go to .*: .*file.* cannot be used \(ENOTDIR/)
  })
})
