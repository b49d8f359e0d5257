import { existsSync, readFileSync, statSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { damaged, readBaseline } from '../judge/comparison/stored-file.ts'
import type { BaselineSource } from '../judge/comparison/stored-verdict.ts'
import type { Baseline } from '../model/baseline.ts'
import { cleanJson, cleanUnknown } from '../model/text/clean.ts'
import { messageOf } from '../model/thrown.ts'
import { machineEnvironment } from './machine-environment.ts'

/**
 * Replaces the first argument of `toNotRegressFrom`, a path, a URL or a parsed file, by the content and the machine of
 * this process. Leaves any other value to the matcher, which rejects it.
 */
export function withBaselineSource([baseline, ...rest]: readonly unknown[]): readonly unknown[] {
  return [sourceOf(baseline) ?? baseline, ...rest]
}

function sourceOf(baseline: unknown): BaselineSource | undefined {
  const environment = { ...machineEnvironment(), commit: null }
  if (typeof baseline === 'string' || isUrl(baseline)) {
    const path = pathOf(String(baseline))
    return path === undefined ? undefined : { file: shownPath(path), content: readBaselineFile(path), environment }
  }
  if (typeof baseline !== 'object' || baseline === null) return undefined
  return { file: PARSED, content: readBaseline(baseline, PARSED), environment }
}

/** Returns a path relative to the working directory if it is inside. */
function shownPath(path: string): string {
  const inside = relative('', path)
  return inside.startsWith('..') ? path : inside
}

/** Names a baseline that the test parsed itself. */
const PARSED = 'the given baseline'

/** Jest runs test files in a realm of their own, whose `URL` is another class. */
function isUrl(value: unknown): value is URL {
  return typeof value === 'object' && value !== null && 'href' in value && typeof value.href === 'string'
}

/** Returns the absolute path of a path or a `file:` URL; undefined for anything else. */
function pathOf(text: string): string | undefined {
  if (text === '') return undefined
  const isOfFile = text.startsWith('file:')
  return isOfFile || !/^[a-z]+:\/\//i.test(text) ? (isOfFile ? fileURLToPath(text) : resolve(text)) : undefined
}

/** Files that were read, with the state of the file then. A test asserts many results against one file. */
const read = new Map<string, { readonly state: string; readonly content: Baseline }>()

/** Returns the content of a baseline file; undefined if it does not exist. Throws `ERR_LOAD_BASELINE`. */
export function readBaselineFile(path: string): Baseline | undefined {
  if (!existsSync(path)) return undefined
  const { mtimeMs, size } = statSync(path)
  const state = `${mtimeMs} ${size}`
  const known = read.get(path)
  if (known?.state === state) return known.content
  const content = readBaseline(contentOf(path), path)
  read.set(path, { state, content })
  return content
}

function contentOf(path: string): unknown {
  try {
    return cleanJson(JSON.parse(readFileSync(path, 'utf8')) as unknown, cleanUnknown)
  } catch (error) {
    throw damaged(path, messageOf(error))
  }
}
