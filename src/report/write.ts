import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RenderedFile } from './render.ts'

/**
 * Writes files into a folder, which is made when it is not there, and returns their paths. Synchronous, so that it also
 * works in the last moment of a process; each file appears whole or not at all.
 */
export function writeArtifacts(folder: string, files: readonly RenderedFile[]): readonly string[] {
  if (files.length > 0) mkdirSync(folder, { recursive: true })
  return files.map(({ fileName, text }) => {
    const path = join(folder, fileName)
    writeWhole(path, text)
    return path
  })
}

/** Whoever looks sees the old file or the new one, never half of it. Synchronous. */
export function writeWhole(path: string, text: string): void {
  const unfinished = `${path}.${process.pid}.tmp`
  writeFileSync(unfinished, text)
  renameSync(unfinished, path)
}
