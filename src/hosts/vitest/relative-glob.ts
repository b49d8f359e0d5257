import { posix } from 'node:path'

/**
 * Returns the glob that matches, relative to `folder`, the files that `glob` matches relative to `base`; undefined if it
 * matches no file in `folder`. Both folders are absolute and written with slashes.
 */
export function relativeGlob(glob: string, base: string, folder: string): string | undefined {
  const pattern = posix.join(base, glob).split('/')
  const path = folder.split('/')
  for (const [at, name] of path.entries()) {
    const part = pattern[at]
    if (part === '**') return pattern.slice(at).join('/')
    // The pattern begins in a folder below `folder`, or elsewhere.
    if (part === undefined || !matchesName(part, name)) return undefined
  }
  return pattern.slice(path.length).join('/')
}

/** Matches one part of a path: `*`, `?` and `{a,b}`. Other wildcards count as a match. */
function matchesName(part: string, name: string): boolean {
  if (part === name || /[[(+@!]/.test(part)) return true
  const source = part
    .replaceAll(/[.^$|\\)\]]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replaceAll('{', '(?:')
    .replaceAll('}', ')')
    .replaceAll(',', '|')
  return new RegExp(`^${source}$`).test(name)
}
