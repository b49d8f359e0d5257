import { execFile } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath, getuid, pid, platform } from 'node:process'
import { promisify } from 'node:util'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { LockFile } from './lock-file.ts'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'describe-load-lock-file-'))
  path = join(folder, 'lock')
  onTestFinished(() => rmSync(folder, { recursive: true }))
})

const onFault = (file: string, what: string): Error => new Error(`${file} ${what}`)
const LONG_AGO = new Date(0)

/** A lock whose holder has a pid of now, on a system that does not report since when its process runs. */
function heldSomewhere(): void {
  writeFileSync(path, JSON.stringify({ pid, pidStartedAt: null, what: 'another', token: 'x' }))
  utimesSync(path, LONG_AGO, LONG_AGO)
}

/** Tries once per second, for so many seconds; returns whether it got the lock. */
function triedFor(seconds: number, each: (second: number) => void = () => {}): boolean {
  let nowMs = 0
  const file = new LockFile(path, onFault, { now: () => nowMs })
  for (let second = 0; second <= seconds; second++) {
    const attempt = file.tryAcquire('mine')
    if ('lock' in attempt) {
      attempt.lock()
      return true
    }
    each(second)
    nowMs += 1_000
  }
  return false
}

test('a lock that its holder does not touch for 30 s does not count if the system knows no more', () => {
  heldSomewhere()
  expect(triedFor(29)).toBe(false)
  expect(triedFor(32)).toBe(true)
})

test('a lock that its holder touches counts', () => {
  heldSomewhere()
  expect(triedFor(90, (second) => second % 5 === 0 && utimesSync(path, second, second))).toBe(false)
})

test('the time in which the machine slept does not count', () => {
  heldSomewhere()
  let nowMs = 0
  const file = new LockFile(path, onFault, { now: () => nowMs })
  for (let hour = 0; hour < 10; hour++) {
    expect(file.tryAcquire('mine')).toMatchObject({ holder: { what: 'another' } })
    nowMs += 3_600_000
  }
})

test('a holder touches its lock until it releases it', async () => {
  const file = new LockFile(path, onFault, { touchMs: 10 })
  const attempt = file.tryAcquire('mine')
  if (!('lock' in attempt)) throw new Error('the lock is not free')
  utimesSync(path, LONG_AGO, LONG_AGO)
  await vi.waitFor(() => expect(statSync(path).mtimeMs).toBeGreaterThan(0))
  attempt.lock()
  heldSomewhere()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(statSync(path).mtimeMs).toBe(0)
})

test.runIf(platform === 'linux')('a holder whose pid now belongs to another user has ended', async () => {
  copyFileSync(join(import.meta.dirname, 'process-identity.ts'), join(folder, 'process-identity.ts'))
  chmodSync(folder, 0o755)
  const code = `
    import { isAlive, processIdentity } from ${JSON.stringify(join(folder, 'process-identity.ts'))}
    let refused
    try { process.kill(1, 0) } catch (error) { refused = error.code }
    console.log(refused, isAlive({ pid: 1, pidStartedAt: 'earlier' }), isAlive(processIdentity(1)))`
  const user = getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', code]
  const { stdout } = await promisify(execFile)(execPath, args, { ...user, cwd: folder })
  expect(stdout).toBe('EPERM false true\n')
})
