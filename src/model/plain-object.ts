/**
 * Returns whether a value is an array or an object without a class. Jest runs test files in a realm of their own, whose
 * `Object.prototype` is another object.
 */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
