import type { PlanFault } from './errors.ts'
import { NOT_SHOWN } from './plan-readers.ts'

/** What keeps a value from being written down: it holds itself, or there is a function, a symbol or a promise in it. */
type NoData = 'circle' | 'code'

/** Why a request cannot be one; `crosses` where it goes into the generator threads, and no function can go with it. */
export function dataFault(request: unknown, key: string, crosses: boolean): PlanFault | undefined {
  if (request instanceof Promise) {
    const remedy = 'write a function that is not async: it is called ahead of time, for every request'
    return { key, value: 'a promise', rule: 'must be there at once', remedy }
  }
  const found = noDataIn(request)
  if (found === 'circle') return { key, value: NOT_SHOWN, rule: 'must not hold itself' }
  if (found === undefined || !crosses) return undefined
  return { key, value: NOT_SHOWN, rule: 'must be plain data: it crosses into the generator threads' }
}

/** Looks at any depth; undefined where there is nothing but data. */
export function noDataIn(value: unknown, within: ReadonlySet<unknown> = new Set()): NoData | undefined {
  if (typeof value === 'function' || typeof value === 'symbol' || value instanceof Promise) return 'code'
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return undefined
  if (within.has(value)) return 'circle'
  const inside = new Set(within).add(value)
  const found = Object.values(value).map((held) => noDataIn(held, inside))
  return found.includes('circle') ? 'circle' : found.find((each) => each !== undefined)
}
