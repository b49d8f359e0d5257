/** Matching of Vitest's `--project` filter: names with `*`, and exclusions such as `!load`. */

/** Returns whether `filter` selects the project, or a project that contains it: `a` selects `a (load)`. */
export function selects(filter: readonly string[], project: string): boolean {
  const names = namesOf(project)
  const matches = (pattern: string): boolean => names.some((name) => wildcard(pattern).test(name))
  const inclusions = filter.filter((pattern) => !isExclusion(pattern))
  if (filter.some((pattern) => isExclusion(pattern) && matches(pattern.slice(1)))) return false
  return inclusions.length === 0 || inclusions.some(matches)
}

/**
 * Returns a filter that keeps everything that `filter` selects, and also `project`, because Vitest calls the plugin only
 * for projects that its filter selects. The plugin then leaves out the rest.
 */
export function widened(filter: readonly string[], project: string): readonly string[] {
  if (selects(filter, project)) return filter
  return filter.some(isExclusion) ? [] : [...filter, project]
}

/** `app (sub) (load)` is also part of `app (sub)` and of `app`. */
function namesOf(project: string): readonly string[] {
  const names = [project]
  for (let end = project.lastIndexOf(' ('); end > 0; end = project.lastIndexOf(' (', end - 1)) {
    names.push(project.slice(0, end))
  }
  return names
}

function isExclusion(pattern: string): boolean {
  return pattern.startsWith('!')
}

function wildcard(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`, 'i')
}
