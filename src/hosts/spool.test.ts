import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env, execPath } from 'node:process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { thisProcess } from '../run/process-identity.ts'
import { collectSpool } from './spool-collection.ts'
import {
  announceLoad,
  announcedProcesses,
  hasReporter,
  openSpool,
  readSpool,
  removeSpool,
  spoolRecord,
} from './spool.ts'

const record = { results: [], verdicts: [] }
let folder: string

beforeEach(() => {
  const before = env['DESCRIBE_LOAD_SPOOL']
  folder = openSpool()
  onTestFinished(() => {
    removeSpool(folder)
    delete env['DESCRIBE_LOAD_SPOOL']
    if (before !== undefined) env['DESCRIBE_LOAD_SPOOL'] = before
  })
})

describe('the spool', () => {
  test('passes on what a test process wrote before it exited', () => {
    expect(hasReporter()).toBe(true)
    announceLoad('file_1 > a/b')
    expect(announcedProcesses(folder)).toEqual([thisProcess()])
    spoolRecord({ id: 'file_1 > a/b', test: 'a', record })
    expect(announcedProcesses(folder)).toEqual([])
    expect(readSpool(folder)).toEqual([{ id: 'file_1 > a/b', test: 'a', record }])
  })

  test('does not wait for a load that has ended', () => {
    const withdraw = announceLoad('a')
    withdraw()
    expect(announcedProcesses(folder)).toEqual([])
    expect(collectSpool(folder)).toEqual([])
  })

  test.runIf(existsSync('/proc/self/stat'))(
    'neither waits for nor signals a later process with the same pid',
    async () => {
      writeFileSync(join(folder, 'a.running'), JSON.stringify({ ...thisProcess(), pidStartedAt: '1' }))
      let signals = 0
      const onSignal = (): void => void signals++
      process.on('SIGINT', onSignal)
      onTestFinished(() => void process.removeListener('SIGINT', onSignal))
      expect(collectSpool(folder)).toEqual([])
      // A signal that was sent meanwhile is handled in the next turn of the event loop.
      await new Promise((resolve) => setTimeout(resolve, 10))
      expect(signals).toBe(0)
    },
  )

  test('does not keep a load from running or ending when the disk is full', async ({ skip }) => {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', folder], { encoding: 'utf8' })
    if (mounted.status !== 0) skip(`a small file system cannot be mounted: ${mounted.error?.message ?? mounted.stderr}`)
    onTestFinished(() => void spawnSync('umount', [folder]))
    writeFileSync(join(folder, 'full'), 'x'.repeat(4_096))
    const hosts = (name: string): string => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)))
    const script = `
      import { onInterruption } from ${hosts('interruption.ts')}
      import { announceLoad } from ${hosts('spool.ts')}
      const withdraw = announceLoad('a')
      onInterruption({
        interrupt: () => ({ id: 'a', test: 'a', record: ${JSON.stringify(record)} }),
        release: () => { withdraw(); process.stdout.write(' released') },
      })
      setInterval(() => {}, 1000)
      process.stdout.write('ready')`
    const child = spawn(execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'pipe'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const [output, errors] = [text(child.stdout), text(child.stderr)]
    await new Promise((resolve) => child.stdout.once('data', resolve))
    const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)))
    child.kill('SIGINT')
    expect(await ended).toBe('SIGINT')
    expect(await output).toBe('ready released')
    expect(await errors).toMatch(/^describe-load: the figures of an interrupted load were not written: ENOSPC/)
  })

  test('signals a process that missed the Ctrl-C, and waits until it has written', async () => {
    const script = `
      import { announceLoad, spoolRecord } from ${JSON.stringify(fileURLToPath(new URL('spool.ts', import.meta.url)))}
      announceLoad('a')
      process.once('SIGINT', () => { spoolRecord({ id: 'a', test: 'a', record: ${JSON.stringify(record)} }); process.exit() })
      setInterval(() => {}, 1000)
      process.stdout.write('ready')`
    const child = spawn(execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    await new Promise((resolve) => child.stdout.once('data', resolve))
    expect(collectSpool(folder)).toEqual([{ id: 'a', test: 'a', record }])
  })

  test('receives the record of a process that gets a second signal before it has written', async () => {
    const signalled = join(folder, 'signalled twice')
    const script = `
      import { existsSync, writeSync } from 'node:fs'
      import { onInterruption } from ${JSON.stringify(fileURLToPath(new URL('interruption.ts', import.meta.url)))}
      onInterruption({
        interrupt: () => {
          writeSync(1, 'interrupted')
          while (!existsSync(${JSON.stringify(signalled)}));
          return { id: 'a', test: 'a', record: ${JSON.stringify(record)} }
        },
        release: () => {},
      })
      setInterval(() => {}, 1000)
      writeSync(1, 'ready')`
    const child = spawn(execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)))
    await new Promise((resolve) => child.stdout.once('data', resolve))
    child.kill('SIGINT')
    await new Promise((resolve) => child.stdout.once('data', resolve))
    child.kill('SIGINT')
    writeFileSync(signalled, '')
    expect(await ended).toBe('SIGINT')
    expect(readSpool(folder)).toEqual([{ id: 'a', test: 'a', record }])
  })

  test('returns the readable entries when another one is unreadable', () => {
    writeFileSync(join(folder, 'broken.json'), '{"id":"b","test":')
    spoolRecord({ id: 'a', test: 'a', record })
    expect(readSpool(folder).map(({ id }) => id)).toEqual(['a'])
  })

  test('no longer exists after its removal', () => {
    removeSpool(folder)
    expect(existsSync(folder)).toBe(false)
    expect(readSpool(folder)).toEqual([])
  })
})

describe('folders of earlier processes', () => {
  /** Creates the spool of a process in the temporary folder. */
  function spoolOf(owner: unknown): string {
    const path = mkdtempSync(join(tmpdir(), 'describe-load-spool-'))
    onTestFinished(() => rmSync(path, { recursive: true, force: true }))
    if (owner !== undefined) writeFileSync(join(path, 'owner'), JSON.stringify(owner))
    return path
  }

  test('are removed if their process no longer runs, even if another one has its pid', () => {
    const killed = spoolOf({ pid: 2 ** 22 + 1, pidStartedAt: null })
    const reused = spoolOf({ pid: process.pid, pidStartedAt: '1' })
    const running = spoolOf({ pid: process.pid, pidStartedAt: null })
    const unfinished = spoolOf(undefined)
    const old = spoolOf(undefined)
    const yesterday = Date.now() / 1_000 - 25 * 3_600
    utimesSync(old, yesterday, yesterday)
    const next = openSpool()
    onTestFinished(() => removeSpool(next))
    expect([killed, old].map((path) => existsSync(path))).toEqual([false, false])
    expect([folder, running, unfinished, next].map((path) => existsSync(path))).toEqual([true, true, true, true])
    // Only Linux reports when a process started.
    expect(existsSync(reused)).toBe(!existsSync('/proc/self/stat'))
  })

  test('are not removed through a link', () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'describe-load-elsewhere-'))
    const link = join(tmpdir(), `describe-load-spool-link-${process.pid}`)
    onTestFinished(() => [link, elsewhere].forEach((path) => rmSync(path, { recursive: true, force: true })))
    writeFileSync(join(elsewhere, 'owner'), JSON.stringify({ pid: 2 ** 22 + 1, pidStartedAt: null }))
    symlinkSync(elsewhere, link)
    removeSpool(openSpool())
    expect(existsSync(join(elsewhere, 'owner'))).toBe(true)
  })
})
