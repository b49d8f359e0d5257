import { spawn } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath, getuid, pid } from 'node:process'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { acquireMachineLock } from './machine-lock.ts'
import type { LockHolder } from '../run/lock-file.ts'
import { realDelay } from '../model/real-time.ts'

const never = new AbortController().signal
let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'describe-load-lock-'))
  path = join(folder, 'load.lock')
  onTestFinished(() => rmSync(folder, { recursive: true }))
})

function heldBy(holder: Partial<LockHolder>): void {
  writeFileSync(path, JSON.stringify({ pid, pidStartedAt: null, what: 'another load', token: 'x', ...holder }))
}

describe('the machine lock', () => {
  test('makes later processes wait for earlier ones, one at a time', async () => {
    const turns: string[] = []
    await Promise.all(
      ['a', 'b', 'c'].map(async (name) => {
        const lock = await acquireMachineLock(name, { signal: never, folder })
        turns.push(`${name} in`)
        await realDelay(30)
        turns.push(`${name} out`)
        lock.release()
      }),
    )
    expect(turns).toHaveLength(6)
    for (let turn = 0; turn < 6; turn += 2) expect(turns[turn + 1]).toBe(turns[turn]?.replace('in', 'out'))
    expect(readdirSync(folder)).toEqual([])
  })

  test('names its holder in the file while it is held', async () => {
    const lock = await acquireMachineLock('checkout', { signal: never, folder })
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid, what: 'checkout' })
    lock.release()
    expect(existsSync(path)).toBe(false)
  })

  test('ignores a holder that has exited, even if several processes notice it at the same time', async () => {
    const gone = spawn(execPath, ['--version'])
    await new Promise((resolve) => gone.once('close', resolve))
    heldBy({ pid: gone.pid ?? -1 })
    let inside = 0
    await Promise.all(
      Array.from({ length: 5 }, async () => {
        const lock = await acquireMachineLock('x', { signal: never, folder })
        expect(++inside).toBe(1)
        await realDelay(5)
        inside--
        lock.release()
      }),
    )
  })

  test.runIf(existsSync('/proc/self/stat'))('ignores a holder whose pid now belongs to another process', async () => {
    heldBy({ pidStartedAt: '1' })
    const lock = await acquireMachineLock('x', { signal: never, folder })
    lock.release()
  })

  test('is not taken from its next holder by a second release', async () => {
    const first = await acquireMachineLock('first', { signal: never, folder })
    first.release()
    const second = await acquireMachineLock('second', { signal: never, folder })
    first.release()
    expect(existsSync(path)).toBe(true)
    second.release()
  })

  test('is shared by the loads of scripts in one thread, and with them', async () => {
    const take = (what: string, isShared: boolean) => acquireMachineLock(what, { signal: never, folder, isShared })
    const first = await take('first', true)
    const second = await take('second', true)
    const third = await take('test', false)
    for (const lock of [first, first, second]) lock.release()
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ what: 'first' })
    third.release()
    expect(existsSync(path)).toBe(false)
  })

  test('of a test is joined by the loads of scripts, but not by another test', async () => {
    const take = (what: string, isShared: boolean) => acquireMachineLock(what, { signal: never, folder, isShared })
    const first = await take('test', false)
    const script = await take('script', true)
    let isTaken = false
    const other = take('other test', false).then((lock) => {
      isTaken = true
      return lock
    })
    first.release()
    await realDelay(120)
    expect(isTaken).toBe(false)
    script.release()
    const last = await other
    last.release()
  })

  test('stops waiting when the test ends', async () => {
    heldBy({})
    const abort = new AbortController()
    const waiting = acquireMachineLock('x', { signal: abort.signal, folder })
    abort.abort(new Error('the test is over'))
    await expect(waiting).rejects.toThrow('the test is over')
  })

  test('reports the holder once, after 2 s', async () => {
    heldBy({ what: 'shop > holds 500 req/s' })
    const onWait = vi.fn<(holder: LockHolder) => void>()
    const abort = new AbortController()
    const waiting = acquireMachineLock('x', { signal: abort.signal, folder, onWait })
    await realDelay(2_600)
    expect(onWait).toHaveBeenCalledTimes(1)
    expect(onWait.mock.lastCall?.[0]).toMatchObject({ pid, what: 'shop > holds 500 req/s', path })
    abort.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
  })
})

describe('a file that is not a lock of this user ends the wait with ERR_LOAD_LOCK', () => {
  const lock = (): Promise<unknown> => acquireMachineLock('x', { signal: AbortSignal.timeout(5_000), folder })

  test.each([
    ['an empty file', '', 'is empty'],
    ['half an object', '{', 'is not a lock of describe-load'],
    ['another value', '[1]', 'is not a lock of describe-load'],
    ['a pid that is no number', '{"pid":"1","pidStartedAt":null}', 'is not a lock of describe-load'],
  ])('%s', async (_, text, message) => {
    writeFileSync(path, text)
    await expect(lock()).rejects.toMatchObject({
      code: 'ERR_LOAD_LOCK',
      message: `${path} ${message}, so this load cannot wait for other loads on this machine\n    → remove ${path}`,
    })
    expect(readdirSync(folder)).toEqual(['load.lock'])
  })

  test('a link to nothing, and a folder', async () => {
    symlinkSync(join(folder, 'nothing'), path)
    await expect(lock()).rejects.toMatchObject({
      code: 'ERR_LOAD_LOCK',
      message: expect.stringContaining('is not a file'),
    })
    rmSync(path)
    mkdirSync(path)
    await expect(lock()).rejects.toMatchObject({
      code: 'ERR_LOAD_LOCK',
      message: expect.stringContaining('is not a file'),
    })
  })

  test.skipIf(getuid?.() !== 0)('a file or a folder of another user (needs root)', async () => {
    writeFileSync(path, JSON.stringify({ pid, pidStartedAt: null }), { mode: 0o600 })
    chownSync(path, 65_534, 65_534)
    await expect(lock()).rejects.toThrow(`${path} belongs to another user`)
    await expect(lock()).rejects.toThrow(/→ set TMPDIR to a folder of yours, or ask its owner to remove it$/)
    chownSync(folder, 65_534, 65_534)
    await expect(lock()).rejects.toThrow(`${folder} belongs to another user`)
  })

  test('a folder that is a link', async () => {
    const link = join(folder, 'link')
    symlinkSync(folder, link)
    await expect(acquireMachineLock('x', { signal: never, folder: link })).rejects.toThrow(`${link} is not a folder`)
  })
})
