import { randomUUID } from 'node:crypto'
import {
  accessSync,
  appendFileSync,
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
import { describeThrown, messageOf } from '../model/thrown.ts'
import type { RenderedFile, UnrenderedFile } from './render.ts'

/** What became of a list of files. */
export interface WrittenFiles {
  /** Paths of the files that were written. */
  readonly paths: readonly string[]
  /** `ERR_LOAD_REPORTS`, with the reason of each file that could not be rendered or written. Absent if there is none. */
  readonly failure?: LoadError
}

/**
 * Writes files into a folder, which it creates if necessary. Synchronous, so that it also works while a process exits;
 * each file is written atomically, before the next one is asked for. A file that fails does not affect the others.
 */
export function writeArtifacts(folder: string, files: Iterable<RenderedFile | UnrenderedFile>): WrittenFiles {
  const paths: string[] = []
  // Usually all files fail for the same reason, which is reported once.
  const failures = new Map<string, string[]>()
  let isFolderAtFault = false
  let count = 0
  for (const file of files) {
    count++
    const reason = 'error' in file ? `rendering failed: ${describeThrown(file.error).text}` : writeFile(folder, file)
    if (reason === undefined) paths.push(join(folder, file.fileName))
    else failures.set(reason, [...(failures.get(reason) ?? []), JSON.stringify(file.fileName)])
    isFolderAtFault ||= reason !== undefined && !('error' in file)
  }
  if (failures.size === 0) return { paths }
  const lines = [
    `${count - paths.length} of ${count} reports could not be written to ${folder}:`,
    ...[...failures].map(([reason, names]) => `  ${names.join(', ')}: ${reason}`),
    ...(isFolderAtFault
      ? ['    → choose a folder that can be written, with load({ reportsDir }) or LOAD_REPORTS_DIR']
      : []),
  ]
  return { paths, failure: new LoadError('ERR_LOAD_REPORTS', lines.join('\n')) }
}

/** Returns why the file could not be written; undefined if it was. */
function writeFile(folder: string, { fileName, text }: RenderedFile): string | undefined {
  try {
    if (!isFileName(fileName)) throw new Error('the name of a report must be a file name without a folder')
    makeFolder(folder)
    writeWhole(join(folder, fileName), text)
    return undefined
  } catch (error) {
    return reasonOf(error)
  }
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

/**
 * Appends lines to a file, which it creates if necessary, with its folder. One write, so that processes that append at
 * the same time do not mix their lines.
 */
export function appendLines(path: string, lines: readonly string[]): void {
  makeFolder(dirname(path))
  appendFileSync(path, lines.map((line) => `${line}\n`).join(''))
}
