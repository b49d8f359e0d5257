import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RenderedFile } from './render.ts'

/**
 * Writes files into a folder, which it creates if necessary, and returns their paths. Synchronous, so that it also
 * works while a process exits; each file is written atomically.
 */
export function writeArtifacts(folder: string, files: readonly RenderedFile[]): readonly string[] {
  if (files.length > 0) mkdirSync(folder, { recursive: true })
  return files.map(({ fileName, text }) => {
    const path = join(folder, fileName)
    writeWhole(path, text)
    return path
  })
}

/** Writes a file atomically: readers see the old content or the new one. Synchronous. */
export function writeWhole(path: string, text: string): void {
  const unfinished = `${path}.${process.pid}.tmp`
  writeFileSync(unfinished, text)
  renameSync(unfinished, path)
}
