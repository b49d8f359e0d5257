import type { PlanIssue } from '../model/errors.ts'
import { isCheckCode } from './check.ts'
import { anyValue, flag, isRecord, present, readKeys, text } from '../model/readers.ts'
import type { Reader } from '../model/readers.ts'

const CONDITIONS = ['equals', 'absent', 'exists'] as const

const json: Reader<object> = (value, key, issues) => {
  const conditions = isRecord(value) ? CONDITIONS.filter((name) => name in value) : []
  if (!isRecord(value) || !('path' in value) || conditions.length !== 1) {
    const rule = 'must be an object with path and one of equals, absent and exists'
    issues.push({ key, value, rule, remedy: "write json: { path: 'items.0.id', equals: 7 }" })
    return undefined
  }
  const readers = { path: text, equals: anyValue, absent: flag, exists: flag }
  return readKeys(readers, value, { prefix: `${key}.`, noun: `a key of \`${key}\`` }, issues)
}

const BODY: Readonly<Record<string, Reader<unknown>>> = { bodyIncludes: text, bodyExcludes: text, json }

/**
 * Reads the `check` of a request: an object of conditions, a list of them, a function, or a schema. `head`: conditions that the
 * protocol adds to those on the content.
 */
export function checkReader(head: Readonly<Record<string, Reader<unknown>>>, example: string): Reader<unknown> {
  const readers = { ...head, ...BODY }
  const readOne = (value: unknown, key: string, issues: PlanIssue[]): object | undefined => {
    if (!isRecord(value)) {
      const rule = 'must be an object, a list of objects, or a function or schema'
      issues.push({ key, value, rule, remedy: `write ${key}: ${example}` })
      return undefined
    }
    // An empty check would accept every response, which is never intended.
    if (Object.keys(value).length === 0) {
      issues.push({ key, value, rule: `must have at least one of: ${Object.keys(readers).join(', ')}` })
    }
    return present(readKeys(readers, value, { prefix: `${key}.`, noun: `a key of \`${key}\`` }, issues))
  }
  return (value, key, issues) => {
    if (isCheckCode(value)) return value
    if (!Array.isArray(value)) return readOne(value, key, issues)
    if (value.length === 0) issues.push({ key, value, rule: 'must have at least one check' })
    return value.map((each, index) => readOne(each, `${key}[${index}]`, issues))
  }
}
