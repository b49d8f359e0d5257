import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import type { TestedLoad } from '../report/run-records.ts'
import { writeWhole } from '../report/write.ts'

/** A load test that a signal ended, as its process wrote it before exiting. */
export interface SpooledLoad extends TestedLoad {
  /** The host's id of the test, which distinguishes tests of the same name. */
  readonly id: string
}

/** Inherited by every process that the reporter's process starts; its presence means that the spool will be read. */
const VARIABLE = 'DESCRIBE_LOAD_SPOOL'

/** Creates the folder through which interrupted processes pass their records to the reporter. */
export function openSpool(): string {
  const folder = mkdtempSync(join(tmpdir(), 'describe-load-spool-'))
  env[VARIABLE] = folder
  return folder
}

/** Returns whether a describe-load reporter reads this process's spool. */
export function hasReporter(): boolean {
  return env[VARIABLE] !== undefined
}

/**
 * Announces that a load of this process is running, so that the reporter waits for it. Returns a function that
 * withdraws it.
 */
export function announceLoad(id: string): () => void {
  const folder = env[VARIABLE]
  if (folder === undefined) return () => {}
  const path = join(folder, `${fileNameOf(id)}.running`)
  writeWhole(path, String(process.pid))
  return () => rmSync(path, { force: true })
}

/** Synchronous, because the process is about to exit. */
export function spoolRecord(load: SpooledLoad): void {
  const folder = env[VARIABLE]
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  writeWhole(join(folder, `${fileNameOf(load.id)}.json`), JSON.stringify(load))
  rmSync(join(folder, `${fileNameOf(load.id)}.running`), { force: true })
}

/** Returns the ids of processes with running loads that have not written anything yet. */
export function announcedPids(folder: string): readonly number[] {
  return namesIn(folder, '.running').flatMap((name) => {
    const pid = Number(textOf(join(folder, name)))
    return Number.isInteger(pid) && pid > 0 ? [pid] : []
  })
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

export function removeSpool(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
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
