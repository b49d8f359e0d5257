import { randomUUID } from 'node:crypto'
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { LoadError } from '../model/errors.ts'
import { messageOf } from '../model/thrown.ts'
import type { RenderedFile } from './render.ts'

/**
 * Writes files into a folder, which it creates if necessary, and returns their paths. Synchronous, so that it also
 * works while a process exits; each file is written atomically. Writes all files that it can, then throws `LoadError`
 * (`ERR_LOAD_REPORTS`) if there are others.
 */
export function writeArtifacts(folder: string, files: readonly RenderedFile[]): readonly string[] {
  const paths: string[] = []
  // Usually all files fail for the same reason, which is reported once.
  const failures = new Map<string, string[]>()
  for (const { fileName, text } of files) {
    const path = join(folder, fileName)
    try {
      if (!isFileName(fileName)) throw new Error('the name of a report must be a file name without a folder')
      makeFolder(folder)
      writeWhole(path, text)
      paths.push(path)
    } catch (error) {
      const reason = reasonOf(error)
      failures.set(reason, [...(failures.get(reason) ?? []), JSON.stringify(fileName)])
    }
  }
  if (failures.size === 0) return paths
  const count = `${files.length - paths.length} of ${files.length}`
  const lines = [...failures].map(([reason, names]) => `  ${names.join(', ')}: ${reason}`)
  const remedy = '    → choose a folder that can be written, with load({ reportsDir }) or LOAD_REPORTS_DIR'
  throw new LoadError(
    'ERR_LOAD_REPORTS',
    [`${count} reports could not be written to ${folder}:`, ...lines, remedy].join('\n'),
  )
}

/**
 * Returns why a folder cannot be written, or created where it does not exist; undefined if it can. Creates nothing, so
 * that a run can fail before its traffic.
 */
export function unwritableReason(folder: string): string | undefined {
  let existing = folder
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing)
  try {
    if (!statSync(existing).isDirectory()) return `${existing} is not a folder`
    accessSync(existing, constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

/**
 * Creates a folder and those around it. Where a file system refuses new folders with ENOENT, such as `/proc`, Node's
 * recursive mkdir never returns.
 */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder)
  } catch (error) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return
    const outer = dirname(folder)
    if (!isMissing(error) || outer === folder || existsSync(outer)) throw error
    makeFolder(outer)
    mkdirSync(folder)
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/** Returns the message without the path of the file, which the error names anyway. */
function reasonOf(error: unknown): string {
  return messageOf(error).replace(/, (?:open|rename|mkdir|write|unlink|scandir)(?: '.*')?$/s, '')
}

/** Whether the name stays in its folder, on every system. */
function isFileName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- a NUL ends a path
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name)
}

/** Fails if the file exists, even as a link: another user may have created it in a shared folder. */
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0)

/** Writes a file atomically: readers see the old content or the new one. Leaves nothing else behind. Synchronous. */
export function writeWhole(path: string, text: string): void {
  const unfinished = `${path}.${randomUUID()}.tmp`
  const file = openSync(unfinished, CREATE, 0o666)
  try {
    try {
      writeFileSync(file, text)
    } finally {
      closeSync(file)
    }
    renameSync(unfinished, path)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
}
