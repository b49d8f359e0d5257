import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { execPath } from 'node:process'
import { promisify } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import {
  appending,
  checkOut,
  divergedRepository,
  isRunning,
  linesOf,
  program,
  temporaryFolder,
  TestRepository,
  until,
  userGit,
  useTestRepositories,
} from './repository.fixture.ts'

useTestRepositories()

describe('the code of a ref', () => {
  test('is that of its merge base with HEAD, or of the ref itself', async () => {
    const { repository, base, tip } = divergedRepository()
    const atBase = await checkOut(repository, { ref: 'main' })
    expect(atBase).toMatchObject({ commit: base, isCandidate: false })
    expect(readFileSync(join(atBase.directory, 'server.js'), 'utf8')).toBe('1')
    const atTip = await checkOut(repository, { ref: 'main', exact: true })
    expect(atTip).toMatchObject({ commit: tip, isCandidate: false })
    expect(readFileSync(join(atTip.directory, 'server.js'), 'utf8')).toBe('2')
  })

  test('changes nothing in the working tree, and runs no hook', async () => {
    const { repository } = divergedRepository()
    repository.write({ 'server.js': 'edited', 'new.js': '' })
    const hook = join(repository.root, '.git/hooks/post-checkout')
    writeFileSync(hook, `#!/bin/sh\ntouch "${repository.root}/hook-ran"\n`)
    chmodSync(hook, 0o755)
    const index = readFileSync(join(repository.root, '.git/index'))
    const state = (): unknown => [
      repository.git('status', '--porcelain', '--branch'),
      repository.git('for-each-ref'),
      readFileSync(join(repository.root, 'server.js'), 'utf8'),
      existsSync(join(repository.root, 'hook-ran')),
    ]
    const before = state()
    await checkOut(repository, { ref: 'main' })
    expect(readFileSync(join(repository.root, '.git/index'))).toEqual(index)
    expect(state()).toEqual(before)
    expect(existsSync(join(repository.root, '.git/index.lock'))).toBe(false)
  })

  test('is found from a folder of a monorepo, by a path with spaces and links', async () => {
    const repository = new TestRepository(join(temporaryFolder(), 'my shop'))
    repository.commit({ 'packages/api/server.js': '1', 'packages/web/server.js': '2' })
    const link = join(temporaryFolder(), 'link')
    symlinkSync(repository.root, link)
    const cwd = join(link, 'packages/api')
    const api = await checkOut(repository, { ref: 'main' }, { cwd })
    expect(api.directory).toMatch(/my shop-[\da-f]{8}\/[\da-f]{12}-[\da-f]{6}\/packages\/api$/)
    expect(readFileSync(join(api.directory, 'server.js'), 'utf8')).toBe('1')
    expect(api.moved.from).toEqual([repository.root, link])
    const web = await checkOut(repository, { ref: 'main', cwd: join(link, 'packages/web') }, { cwd })
    expect(readFileSync(join(web.directory, 'server.js'), 'utf8')).toBe('2')
  })

  test('is compared with a linked worktree that the test runs in', async () => {
    const { repository, base } = divergedRepository()
    const linked = join(temporaryFolder(), 'linked')
    repository.git('worktree', 'add', '--quiet', '--detach', linked, 'work~1')
    const checkout = await checkOut({ root: linked }, { ref: 'main' })
    expect(checkout).toMatchObject({ commit: base, isCandidate: true })
    expect(repository.worktrees().sort()).toEqual([linked, checkout.directory].sort())
  })

  test('is that of the candidate if the working tree has the same commit and no change', async () => {
    const repository = new TestRepository()
    repository.commit({ 'server.js': '1' })
    const log: string[] = []
    const clean = await checkOut(repository, { ref: 'main' }, { log: (text) => log.push(text) })
    expect(clean.isCandidate).toBe(true)
    repository.write({ 'new.js': '1' })
    expect((await checkOut(repository, { ref: 'main' })).isCandidate).toBe(false)
    rmSync(join(repository.root, 'new.js'))
    repository.write({ 'server.js': '2' })
    const dirty = await checkOut(repository, { ref: 'main' }, { log: (text) => log.push(text) })
    expect(dirty).toMatchObject({ commit: clean.commit, directory: clean.directory, isCandidate: false })
    const id = clean.commit.slice(0, 12)
    expect(log).toContain(`compares the working tree (HEAD ${id}) with commit ${id}`)
    expect(log).toContain(`compares the working tree (HEAD ${id}, with 1 changed file) with commit ${id}`)
  })

  // In a linked worktree, git gives its hooks more variables than in the first one.
  test('is found by a hook of git, in a linked worktree', async () => {
    const { repository, base } = divergedRepository()
    const root = join(temporaryFolder(), 'linked')
    repository.git('worktree', 'add', '--quiet', root, '-b', 'other')
    const found = join(temporaryFolder(), 'found')
    const target = JSON.stringify({ ref: 'main', prepare: ['git', 'status'] })
    const hook = join(repository.root, '.git/hooks/pre-commit')
    writeFileSync(
      hook,
      `#!/bin/sh\ntest -n "$GIT_DIR$GIT_INDEX_FILE" && "${execPath}" "${program}" '${target}' > "${found}"\n`,
    )
    chmodSync(hook, 0o755)
    writeFileSync(join(root, 'server.js'), 'in a hook')
    userGit(root, 'commit', '--quiet', '--all', '--message', 'from a hook')
    expect(readFileSync(join(linesOf(found)[0] ?? '', 'server.js'), 'utf8')).toBe('1')
    expect(userGit(root, 'show', '--format=', '--name-only', 'HEAD')).toBe('server.js')
    expect(userGit(root, 'status', '--porcelain')).toBe('')
    expect(userGit(linesOf(found)[0] ?? '', 'rev-parse', 'HEAD')).toBe(base)
  })
})

describe('the preparation', () => {
  test('runs once per commit and command, in the folder of the target', async () => {
    const { repository, base } = divergedRepository()
    const file = join(temporaryFolder(), 'prepared')
    const prepare = appending(file, "fs.writeFileSync('built', process.cwd())")
    const first = await checkOut(repository, { ref: 'main', prepare })
    const second = await checkOut(repository, { ref: base, prepare })
    expect(second.directory).toBe(first.directory)
    expect(readFileSync(join(first.directory, 'built'), 'utf8')).toBe(first.directory)
    expect(linesOf(file)).toHaveLength(1)
    const other = await checkOut(repository, { ref: 'main', prepare: [...prepare, 'other'] })
    expect(other.directory).not.toBe(first.directory)
    expect(linesOf(file)).toHaveLength(2)
  })

  test('may create the folder of the target, and runs in the folder above it', async () => {
    const repository = new TestRepository()
    repository.commit({ '.gitignore': 'dist', 'api/server.js': '1' })
    const cwd = join(repository.root, 'api/dist')
    mkdirSync(cwd)
    const checkout = await checkOut(
      repository,
      { ref: 'main', prepare: [execPath, '-e', "fs.mkdirSync('dist')"] },
      { cwd },
    )
    expect(checkout.directory).toMatch(/api\/dist$/)
    expect(existsSync(checkout.directory)).toBe(true)
  })

  test('uses the programs and files of the checkout', async () => {
    const repository = new TestRepository()
    repository.commit({ 'node_modules/.bin/build': '#!/bin/sh\npwd > "$1"\n' })
    chmodSync(join(repository.root, 'node_modules/.bin/build'), 0o755)
    repository.git('commit', '--quiet', '--all', '--message', 'executable')
    repository.write({ 'node_modules/.bin/build': 'that of the candidate' })
    vi.stubEnv('PATH', `${join(repository.root, 'node_modules/.bin')}:${process.env['PATH']}`)
    const checkout = await checkOut(repository, { ref: 'main', prepare: ['build', join(repository.root, 'out')] })
    expect(readFileSync(join(checkout.directory, 'out'), 'utf8').trim()).toBe(checkout.directory)
    expect(existsSync(join(repository.root, 'out'))).toBe(false)
  })

  test('runs once when two processes need it at the same time', async () => {
    const { repository } = divergedRepository()
    const file = join(temporaryFolder(), 'prepared')
    const target = JSON.stringify({ ref: 'main', prepare: appending(file, 'setTimeout(() => {}, 100)') })
    const run = () => promisify(execFile)(execPath, [program, target], { cwd: repository.root })
    const [first, second] = await Promise.all([run(), run()])
    expect(first.stdout).toBe(second.stdout)
    expect(linesOf(file)).toHaveLength(1)
  })

  test('is repeated in a new folder after its process was killed, and leaves no process behind', async () => {
    const { repository } = divergedRepository()
    const file = join(temporaryFolder(), 'prepared')
    const go = join(dirname(file), 'go')
    const prepare = appending(file, `if (!fs.existsSync(${JSON.stringify(go)})) setInterval(() => {}, 1000)`)
    const killed = spawn(execPath, [program, JSON.stringify({ ref: 'main', prepare })], { cwd: repository.root })
    const exited = once(killed, 'exit')
    await until(() => linesOf(file).length === 1)
    const [half] = repository.worktrees()
    killed.kill('SIGKILL')
    await exited
    await until(() => !isRunning(Number(linesOf(file)[0])))
    expect(existsSync(half ?? '')).toBe(true)

    writeFileSync(go, '')
    const checkout = await checkOut(repository, { ref: 'main', prepare })
    expect(linesOf(file)).toHaveLength(2)
    expect(repository.worktrees()).toEqual([checkout.directory])
    expect(existsSync(half ?? '')).toBe(false)
  })

  test('ends with all its processes when the run is stopped, and leaves no checkout behind', async () => {
    const { repository } = divergedRepository()
    const file = join(temporaryFolder(), 'prepared')
    const child = `child_process.spawn(process.execPath, ${JSON.stringify(appending(file, 'setInterval(() => {}, 1000)').slice(1))})`
    const stop = new AbortController()
    const prepare = [execPath, '-e', `${child}; setInterval(() => {}, 1000)`]
    const running = checkOut(repository, { ref: 'main', prepare }, { signal: stop.signal })
    await until(() => linesOf(file).length === 1)
    stop.abort(new Error('the test is over'))
    await expect(running).rejects.toThrow('the test is over')
    expect(isRunning(Number(linesOf(file)[0]))).toBe(false)
    expect(repository.worktrees()).toEqual([])
  })

  test('that fails is reported with its output, without secrets, and is tried again', async () => {
    const { repository, base } = divergedRepository()
    const prepare = [
      execPath,
      '-e',
      "console.error('password=hunter2hunter2'); console.error('no disk'); process.exit(3)",
    ]
    const target = { ref: 'main', prepare }
    const message = [
      `the code of ref 'main' (commit ${base.slice(0, 12)}) could not be prepared: \`${execPath} -e …\` ended with code 3`,
      '  last lines of its output:',
      '    password=[redacted]',
      '    no disk',
      '    → run the command manually; LOAD_LOG=debug shows all its output',
    ].join('\n')
    for (const _ of [1, 2]) {
      await expect(checkOut(repository, target)).rejects.toMatchObject({ code: 'ERR_LOAD_TARGET_PREPARE', message })
      expect(repository.worktrees()).toEqual([])
    }
  })

  test('that cannot start or takes too long is reported', async () => {
    const { repository } = divergedRepository()
    await expect(checkOut(repository, { ref: 'main', prepare: ['npn', 'ci'] })).rejects.toThrow(
      /could not be prepared: program 'npn' not found\n    → no shell is used/,
    )
    const prepare = [execPath, '-e', 'setInterval(() => {}, 1000)']
    await expect(checkOut(repository, { ref: 'main', prepare, prepareTimeout: 300 })).rejects.toThrow(
      /`.* -e …` did not end within 300 ms\n    → set prepareTimeout, if it takes that long$/,
    )
  })
})
