import type { PlanIssue } from '../model/errors.ts'
import type { ResolvedCode } from './resolved-plan.ts'

/** Reads code of the user, as a function or as the URL of a module that exports it by default. */
export function resolveCode<Code>(value: unknown, key: string, issues: PlanIssue[]): ResolvedCode<Code> | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'function') return { from: 'function', run: value as Code }
  const href = moduleHref(value)
  if (href !== undefined) return { from: 'module', href }
  const remedy = `write ${key}: new URL('./${key}.ts', import.meta.url)`
  issues.push({ key, value, rule: 'must be a function, or the URL of a module that exports one by default', remedy })
  return undefined
}

/** Returns the URL of a module on this machine. Rejects relative paths, because nothing here knows their base. */
export function moduleHref(value: unknown): string | undefined {
  const url = value instanceof URL ? value : typeof value === 'string' ? URL.parse(value) : null
  return url?.protocol === 'file:' ? url.href : undefined
}
