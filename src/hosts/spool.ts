import { closeSync, lstatSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import type { TestedLoad } from '../report/run-records.ts'
import { messageOf } from '../model/thrown.ts'
import type { Ms } from '../model/units.ts'
import { makeFolder, writeWhole } from '../report/write.ts'
import { debugLog } from './debug-log.ts'
import { isAlive, type ProcessIdentity, readIdentity, thisProcess } from '../run/process-identity.ts'

/** A load test that its process wrote into a file: before a signal ended it, or because the host passes on no records. */
export interface SpooledLoad extends TestedLoad {
  /** The host's id of the test, which distinguishes tests of the same name. */
  readonly id: string
  /** Absolute path of the test's file; absent if the host's reporter knows it. */
  readonly file?: string
}

/** Inherited by every process that the reporter's process starts; its presence means that the spool will be read. */
const VARIABLE = 'DESCRIBE_LOAD_SPOOL'
const PREFIX = 'describe-load-spool-'
/** File that names the process which reads the folder. */
const OWNER = 'owner'
/** Age from which a folder without an owner is abandoned. */
const OWNERLESS_MS: Ms = 24 * 60 * 60 * 1_000

/** Creates the folder through which interrupted processes pass their records to the reporter. */
export function openSpool(): string {
  removeAbandoned()
  const folder = mkdtempSync(join(tmpdir(), PREFIX))
  writeWhole(join(folder, OWNER), JSON.stringify(thisProcess()))
  env[VARIABLE] = folder
  return folder
}

/** Returns whether a describe-load reporter reads this process's spool. */
export function hasReporter(): boolean {
  return env[VARIABLE] !== undefined
}

/**
 * Announces that a test with loads runs in this process, so that the reporter waits for it. Returns a function that
 * withdraws it.
 */
export function announceLoad(id: string): () => void {
  const folder = env[VARIABLE]
  if (folder === undefined) return () => {}
  const path = join(folder, `${fileNameOf(id)}.running`)
  try {
    writeWhole(path, JSON.stringify(thisProcess()))
  } catch (error) {
    // For example, the disk is full. After Ctrl-C, the reporter may then exit before this process has written.
    debugLog(`the load cannot be announced to the reporter: ${messageOf(error)}`)
  }
  return () => rmSync(path, { force: true })
}

/** Returns true for the first process of a test run that asks for this topic; without a reporter, for every process. */
export function isFirstToSay(topic: string): boolean {
  const folder = env[VARIABLE]
  if (folder === undefined) return true
  try {
    closeSync(openSync(join(folder, `${fileNameOf(topic)}.said`), 'wx'))
    return true
  } catch (error) {
    // If the folder is not writable, it is better to say something twice than not at all.
    return !(error instanceof Error && 'code' in error && error.code === 'EEXIST')
  }
}

/** Synchronous, because the process is about to exit. */
export function spoolRecord(load: SpooledLoad): void {
  const folder = env[VARIABLE]
  if (folder === undefined) return
  makeFolder(folder)
  writeWhole(join(folder, `${fileNameOf(load.id)}.json`), JSON.stringify(load))
  rmSync(join(folder, `${fileNameOf(load.id)}.running`), { force: true })
}

/** Returns the processes with running loads that have not written anything yet. */
export function announcedProcesses(folder: string): readonly ProcessIdentity[] {
  return namesIn(folder, '.running').flatMap((name) => readIdentity(textOf(join(folder, name))) ?? [])
}

/** Returns every readable entry; an unreadable one does not affect the others. */
export function readSpool(folder: string): readonly SpooledLoad[] {
  return namesIn(folder, '.json').flatMap((name): readonly SpooledLoad[] => {
    try {
      return [JSON.parse(textOf(join(folder, name))) as SpooledLoad]
    } catch {
      return []
    }
  })
}

/** Returns the entries so far, and removes them. */
export function takeSpooled(folder: string): readonly SpooledLoad[] {
  const entries = readSpool(folder)
  for (const { id } of entries) rmSync(join(folder, `${fileNameOf(id)}.json`), { force: true })
  return entries
}

/** Removes the folders of processes that were killed. Another user's folders, and links, are not touched. */
function removeAbandoned(): void {
  const base = tmpdir()
  for (const name of startingWith(base, PREFIX)) {
    const folder = join(base, name)
    const stat = lstatSync(folder, { throwIfNoEntry: false })
    if (stat?.isDirectory() !== true || stat.uid !== (process.getuid?.() ?? stat.uid)) continue
    const owner = readIdentity(textOf(join(folder, OWNER)))
    // A folder without an owner may have been created a moment ago.
    const isAbandoned = owner === undefined ? Date.now() - stat.mtimeMs > OWNERLESS_MS : !isAlive(owner)
    if (isAbandoned) removeSpool(folder)
  }
}

export function removeSpool(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    // Another process removes it at the same time, or it is not removable; it holds no result that is still needed.
  }
}

function startingWith(folder: string, prefix: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.startsWith(prefix))
  } catch {
    return []
  }
}

function namesIn(folder: string, ending: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(ending))
  } catch {
    return []
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function fileNameOf(id: string): string {
  return id.replace(/[^\w.-]/g, '_')
}
