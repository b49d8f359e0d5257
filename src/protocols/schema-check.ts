import { formatValue } from '../model/errors.ts'
import type { StandardSchema } from '../model/standard-schema.ts'
import { messageOf } from '../model/thrown.ts'
import { parseJson } from './json-text.ts'

/** Returns why a value does not match a schema: its first issue, with the path; undefined if it matches. Never throws. */
export function schemaFailure(schema: StandardSchema, value: unknown): string | undefined {
  try {
    const result = schema['~standard'].validate(value)
    if (result instanceof Promise) {
      result.catch(() => {
        // Its outcome comes too late.
      })
      return 'the schema of the check is asynchronous, and a check cannot wait: use a synchronous schema'
    }
    const issues: unknown = typeof result === 'object' && result !== null ? Reflect.get(result, 'issues') : undefined
    if (!Array.isArray(issues)) return undefined
    const [first]: readonly unknown[] = issues
    return `the response does not match the schema: ${issueText(first)}${issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''}`
  } catch (error) {
    return `the schema of the check threw: ${messageOf(error)}`
  }
}

/** Returns why a text is not JSON that matches a schema. */
export function textSchemaFailure(schema: StandardSchema, text: string, noun: 'body' | 'message'): string | undefined {
  let value: unknown
  try {
    value = parseJson(text)
  } catch {
    return `expected a JSON ${noun}, got ${formatValue(text)}`
  }
  return schemaFailure(schema, value)
}

/** Example: `items.0.id: Invalid input: expected number, received string`. */
function issueText(issue: unknown): string {
  if (typeof issue !== 'object' || issue === null) return 'it has an issue'
  const message: unknown = Reflect.get(issue, 'message')
  const path: unknown = Reflect.get(issue, 'path')
  const keys = Array.isArray(path) ? path.map(keyOf).join('.') : ''
  return `${keys === '' ? '' : `${keys}: `}${typeof message === 'string' ? message : 'it has an issue'}`
}

/** A path has keys, or objects with a `key`. */
function keyOf(segment: unknown): string {
  const key: unknown = typeof segment === 'object' && segment !== null ? Reflect.get(segment, 'key') : segment
  return String(key)
}
