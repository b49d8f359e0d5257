/** One sentence for each code of a union of facts. */
export type Sentences<Facts extends { readonly code: string }> = {
  readonly [Code in Facts['code']]: (facts: Extract<Facts, { readonly code: Code }>) => string
}

/** Returns the function that puts facts into words. */
export function sentenceFrom<Facts extends { readonly code: string }>(
  sentences: Sentences<Facts>,
): (facts: Facts) => string {
  return (facts) => {
    // TypeScript cannot infer that `sentences[code]` accepts the facts with that code.
    const sentence = sentences[facts.code as Facts['code']] as (facts: Facts) => string
    return sentence(facts)
  }
}
