/**
 * The part of Standard Schema (https://standardschema.dev) that a check needs. Schemas of Zod, Valibot and ArkType have
 * it.
 */
export interface StandardSchema {
  /** What a library for schemas provides; not written by hand. */
  readonly '~standard': {
    /** Version of Standard Schema. */
    readonly version: 1
    /** Name of the library. */
    readonly vendor: string
    /** Returns `{ value }`, or the `issues` of a value that does not match. */
    readonly validate: (value: unknown) => unknown
  }
}

/** Some libraries make a schema that is a function. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard: unknown = Reflect.get(value, '~standard')
  return typeof standard === 'object' && standard !== null && typeof Reflect.get(standard, 'validate') === 'function'
}
