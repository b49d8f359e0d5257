import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import type { TestedLoad } from '../report/run-records.ts'
import { writeWhole } from '../report/write.ts'

/** A load test that was cut off by a signal, as its process wrote it down in its last moment. */
export interface SpooledLoad extends TestedLoad {
  /** Tells the test apart from others of the same name: the host's id of it. */
  readonly id: string
}

/** Inherited by every process the reporter's process starts; its presence says that somebody will read the spool. */
const VARIABLE = 'DESCRIBE_LOAD_SPOOL'

/** Makes the folder through which processes that are being killed still reach the reporter. */
export function openSpool(): string {
  const folder = mkdtempSync(join(tmpdir(), 'describe-load-spool-'))
  env[VARIABLE] = folder
  return folder
}

/** Whether a reporter of ours listens to this process. */
export function hasReporter(): boolean {
  return env[VARIABLE] !== undefined
}

/** Says that a load of this process is under way, and is worth waiting for; returns how to take that back. */
export function announceLoad(id: string): () => void {
  const folder = env[VARIABLE]
  if (folder === undefined) return () => {}
  const path = join(folder, `${fileNameOf(id)}.running`)
  writeWhole(path, String(process.pid))
  return () => rmSync(path, { force: true })
}

/** Synchronous: the process is about to end. */
export function spoolRecord(load: SpooledLoad): void {
  const folder = env[VARIABLE]
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  writeWhole(join(folder, `${fileNameOf(load.id)}.json`), JSON.stringify(load))
  rmSync(join(folder, `${fileNameOf(load.id)}.running`), { force: true })
}

/** Process ids of loads under way that have not written anything yet. */
export function announcedPids(folder: string): readonly number[] {
  return namesIn(folder, '.running').flatMap((name) => {
    const pid = Number(textOf(join(folder, name)))
    return Number.isInteger(pid) && pid > 0 ? [pid] : []
  })
}

/** What can be read of it: one entry that cannot must not cost the others. */
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
