/** What a host does for the variants of `loadTest`. */
interface Variants {
  /** Returns `loadTest` for a variant of the host's test function. */
  readonly of: (name: 'skip' | 'only' | 'fails') => unknown
  /** Declares a test that has no body yet. */
  readonly todo: (name: string) => void
  readonly each: (cases: readonly unknown[]) => unknown
  readonly for: (cases: readonly unknown[]) => unknown
}

/** Adds the variants of `loadTest` to `declare`, the function that declares one test. */
export function withVariants<Test>(
  declare: (name: string, ...given: readonly unknown[]) => void,
  variants: Variants,
): Test {
  // Getters, because each access to a host's properties creates a new chain, and the chains are infinite.
  return Object.defineProperties(declare, {
    skip: { get: () => variants.of('skip') },
    only: { get: () => variants.of('only') },
    fails: { get: () => variants.of('fails') },
    todo: { value: variants.todo },
    concurrent: { get: refuseConcurrency },
    skipIf: { value: (condition: unknown) => (condition ? variants.of('skip') : declare) },
    runIf: { value: (condition: unknown) => (condition ? declare : variants.of('skip')) },
    each: { value: variants.each },
    for: { value: variants.for },
  }) as unknown as Test
}

function refuseConcurrency(): never {
  throw new TypeError(
    'loadTest.concurrent is not supported: two loads at the same time distort each other. Put both loads into one plan, or run them sequentially',
  )
}
