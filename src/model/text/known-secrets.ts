/** Shorter values occur by chance in other words. */
const MIN_LENGTH = 6

/** Up to this length, a value counts only as a whole word, because it may be a part of another one. */
const MAX_WORD = 11

/** Maximum number of values; the oldest are removed. */
const MAX_VALUES = 5_000

const WORD_CHARACTER = /[\p{L}\p{N}]/u

/** Values that are known to be secret, wherever they appear, also percent-encoded and within JSON. */
export class KnownSecrets {
  readonly #values = new Set<string>()
  /** By their first characters; the longest first, so that no rest of a longer one remains. */
  readonly #byStart = new Map<string, string[]>()

  constructor(values: Iterable<string> = []) {
    this.add(values)
  }

  get values(): readonly string[] {
    return [...this.#values]
  }

  add(values: Iterable<string>): void {
    for (const value of values) for (const form of formsOf(value)) this.#addForm(form)
  }

  #addForm(form: string): void {
    if (form.length < MIN_LENGTH || this.#values.has(form)) return
    if (this.#values.size >= MAX_VALUES) this.#forgetOldest()
    this.#values.add(form)
    const start = form.slice(0, MIN_LENGTH)
    const alike = [...(this.#byStart.get(start) ?? []), form]
    this.#byStart.set(
      start,
      alike.toSorted((a, b) => b.length - a.length),
    )
  }

  #forgetOldest(): void {
    for (const oldest of this.#values) {
      this.#values.delete(oldest)
      const start = oldest.slice(0, MIN_LENGTH)
      this.#byStart.set(start, this.#byStart.get(start)?.filter((form) => form !== oldest) ?? [])
      return
    }
  }

  /** Replaces every value in a text. */
  mask(text: string, hidden: string): string {
    if (this.#values.size === 0) return text
    let clean = ''
    let from = 0
    for (let at = 0; at + MIN_LENGTH <= text.length; at++) {
      const found = this.#byStart.get(text.slice(at, at + MIN_LENGTH))?.find((form) => isAt(text, at, form))
      if (found === undefined) continue
      clean += text.slice(from, at) + hidden
      from = at + found.length
      at = from - 1
    }
    return clean + text.slice(from)
  }
}

/** Returns the forms in which a value appears in URLs and JSON. */
function formsOf(value: string): ReadonlySet<string> {
  const trimmed = value.trim().toWellFormed()
  return new Set([trimmed, encodeURIComponent(trimmed), JSON.stringify(trimmed).slice(1, -1)])
}

function isAt(text: string, at: number, form: string): boolean {
  if (!text.startsWith(form, at)) return false
  if (form.length > MAX_WORD) return true
  return !continues(text[at - 1], form[0]) && !continues(form.at(-1), text[at + form.length])
}

function continues(before: string | undefined, after: string | undefined): boolean {
  return before !== undefined && after !== undefined && WORD_CHARACTER.test(before) && WORD_CHARACTER.test(after)
}
