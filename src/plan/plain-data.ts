import { NOT_SHOWN, type PlanIssue } from '../model/errors.ts'
import { isStandardSchema } from '../model/standard-schema.ts'

/** Why a value cannot be serialized: it contains itself, or a function, a schema, a symbol or a promise. */
type NoData = 'circle' | 'code'

/**
 * Returns why a value cannot be a request. `crosses` is true if the request is passed to generator threads, which
 * excludes functions.
 */
export function dataIssue(request: unknown, key: string, crosses: boolean): PlanIssue | undefined {
  if (request instanceof Promise) {
    const remedy = 'write a synchronous function: it is called in advance, for every request'
    return { key, value: 'a promise', rule: 'must not be a promise', remedy }
  }
  const found = noDataIn(request)
  if (found === 'circle') return { key, value: NOT_SHOWN, rule: 'must not contain itself' }
  if (found === undefined || !crosses) return undefined
  return { key, value: NOT_SHOWN, rule: 'must be plain data: it is passed to the generator threads' }
}

/** Searches at any depth; returns undefined for plain data. */
export function noDataIn(value: unknown, within: ReadonlySet<unknown> = new Set()): NoData | undefined {
  if (isStandardSchema(value) || typeof value === 'function' || typeof value === 'symbol' || value instanceof Promise)
    return 'code'
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return undefined
  if (within.has(value)) return 'circle'
  const inside = new Set(within).add(value)
  const found = Object.values(value).map((held) => noDataIn(held, inside))
  return found.includes('circle') ? 'circle' : found.find((each) => each !== undefined)
}
