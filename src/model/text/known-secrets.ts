/** Shorter values occur by chance in other words. */
const MIN_LENGTH = 6

/** Up to this length, a value counts only as a whole word, because it may be a part of another one. */
const MAX_WORD = 11

const WORD_CHARACTER = /[\p{L}\p{N}]/u

/** Values that are known to be secret, wherever they appear, also percent-encoded and within JSON. */
export class KnownSecrets {
  /** Those that were added last are at the end. */
  readonly #values = new Set<string>()
  /** Kept, because a new iterator would step over the places of all values that were removed before. */
  readonly #oldest = this.#values.values()
  /** Number of values of each length, by the first characters of the values. */
  readonly #lengths = new Map<string, Map<number, number>>()
  readonly #maxValues: number

  /** Removes the oldest values when there are more than `maxValues`. */
  constructor(values: Iterable<string> = [], maxValues = 5_000) {
    this.#maxValues = maxValues
    this.add(values)
  }

  get values(): readonly string[] {
    return [...this.#values]
  }

  add(values: Iterable<string>): void {
    for (const value of values) this.adopt(formsOf(value))
  }

  /** Adds the `values` of another instance, which already include every form. */
  adopt(forms: Iterable<string>): void {
    for (const form of forms) if (form.length >= MIN_LENGTH) this.#addForm(form)
  }

  #addForm(form: string): void {
    const isKnown = this.#values.delete(form)
    if (!isKnown && this.#values.size >= this.#maxValues) this.#removeOldest()
    this.#values.add(form)
    if (!isKnown) this.#count(form, 1)
  }

  #removeOldest(): void {
    const { value: oldest } = this.#oldest.next()
    if (oldest === undefined) return
    this.#values.delete(oldest)
    this.#count(oldest, -1)
  }

  #count(form: string, change: 1 | -1): void {
    const start = form.slice(0, MIN_LENGTH)
    const lengths = this.#lengths.get(start) ?? new Map<number, number>()
    const count = (lengths.get(form.length) ?? 0) + change
    if (count > 0) lengths.set(form.length, count)
    else lengths.delete(form.length)
    if (lengths.size > 0) this.#lengths.set(start, lengths)
    else this.#lengths.delete(start)
  }

  /** Replaces every value in a text. */
  mask(text: string, hidden: string): string {
    if (this.#values.size === 0) return text
    let clean = ''
    let from = 0
    for (let at = 0; at + MIN_LENGTH <= text.length; at++) {
      const length = this.#lengthAt(text, at)
      if (length === 0) continue
      clean += text.slice(from, at) + hidden
      from = at + length
      at = from - 1
    }
    return clean + text.slice(from)
  }

  /** Returns the length of the longest value at a position, so that no rest of it remains; 0 if there is none. */
  #lengthAt(text: string, at: number): number {
    const lengths = this.#lengths.get(text.slice(at, at + MIN_LENGTH))
    let longest = 0
    for (const length of lengths?.keys() ?? []) {
      if (length > longest && this.#values.has(text.slice(at, at + length)) && isWhole(text, at, length)) {
        longest = length
      }
    }
    return longest
  }
}

/** Returns the forms in which a value appears in URLs and JSON. */
function formsOf(value: string): ReadonlySet<string> {
  const trimmed = value.trim().toWellFormed()
  return new Set([trimmed, encodeURIComponent(trimmed), JSON.stringify(trimmed).slice(1, -1)])
}

/** Whether what is in the text is long, or not a part of a longer word. */
function isWhole(text: string, at: number, length: number): boolean {
  const end = at + length
  return length > MAX_WORD || (!continues(text[at - 1], text[at]) && !continues(text[end - 1], text[end]))
}

function continues(before: string | undefined, after: string | undefined): boolean {
  return before !== undefined && after !== undefined && WORD_CHARACTER.test(before) && WORD_CHARACTER.test(after)
}
