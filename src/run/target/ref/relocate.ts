import { delimiter, isAbsolute, relative, resolve, sep } from 'node:path'
import { env } from 'node:process'
import { pathToFileURL } from 'node:url'
import type { Repository } from './repository.ts'

/** A working tree and a checkout of the same repository. */
export interface Moved {
  /** Absolute paths of the working tree: its real one, and the one in use, which may have links. */
  readonly from: readonly string[]
  /** Absolute path of the checkout. */
  readonly to: string
}

/** Returns the paths under which the working tree is known. `folder` is the one that the repository was found from. */
export function rootsOf({ root, prefix }: Repository, folder: string): readonly string[] {
  const written = resolve(folder)
  const end = prefix === '' ? '' : sep + prefix.replaceAll('/', sep)
  const isLinked = written.endsWith(end) && written.slice(0, written.length - end.length) !== root
  return isLinked ? [root, written.slice(0, written.length - end.length)] : [root]
}

/** Replaces the paths and file URLs of the working tree in a text with those of the checkout. */
export function relocated(text: string, { from, to }: Moved): string {
  const pairs = from.flatMap((root) => [
    [pathToFileURL(root).href, pathToFileURL(to).href] as const,
    [root, to] as const,
  ])
  return pairs.reduce((moved, [root, target]) => moved.replaceAll(asWhole(root), () => target), text)
}

/** Matches a path that is not part of a longer name or path. */
function asWhole(path: string): RegExp {
  return new RegExp(`(?<![\\w./\\\\-])${path.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}(?![\\w.-])`, 'g')
}

/**
 * Returns the search path for programs of a checkout: `npm run` and `npx` put `node_modules/.bin` of the working tree
 * into it. The folders of the checkout come first.
 */
export function searchPath(moved: Moved): Readonly<Record<string, string>> {
  const path = env['PATH'] ?? ''
  const folders = path.split(delimiter)
  const inside = folders.filter((folder) => moved.from.some((root) => isInside(root, folder)))
  return inside.length === 0
    ? {}
    : { PATH: [...inside.map((folder) => relocated(folder, moved)), ...folders].join(delimiter) }
}

function isInside(root: string, path: string): boolean {
  const inside = relative(root, path)
  return isAbsolute(path) && !isAbsolute(inside) && inside !== '..' && !inside.startsWith(`..${sep}`)
}
