import { KnownSecrets } from './known-secrets.ts'
import { printable } from './printable.ts'
import { secretFields } from './secret-fields.ts'
import { maskTokens } from './secret-tokens.ts'
import { secretsOf } from './secrets-of.ts'

const HIDDEN = '[redacted]'

/** Maximum length of a text from a target, in characters, and of the part of it that is searched for secrets. */
const MAX_FOREIGN = 1_000
const MAX_SEARCHED = 16 * MAX_FOREIGN

/**
 * Secrets of this thread. They belong to the process and not to a run, because an error may be thrown where no plan is
 * known, or before there is a run.
 */
const known = new KnownSecrets()
const NONE = new KnownSecrets()

/** Remembers the secrets of a plan or a request, so that no text shows them. */
export function learnSecrets(source: unknown): void {
  known.add(secretsOf(source))
}

/** The secrets of this thread, for another one. */
export function knownSecrets(): readonly string[] {
  return known.values
}

/** Adopts the secrets of another thread. */
export function adoptSecrets(values: readonly string[]): void {
  known.add(values)
}

/**
 * Returns a text as it may be shown: without secrets, and printable. Texts are cleaned where they enter an error or a
 * result, not where they are printed: a test runner prints errors and writes results into its own reports, and only the
 * process that has the plan knows its secrets. Cleaning a text again changes nothing.
 */
export function cleanText(text: string): string {
  return masked(text, known)
}

/**
 * Returns a text without the secrets that are recognised by their form; for records from other processes, where words
 * that are secret in one plan may be names in another.
 */
export function cleanUnknown(text: string): string {
  return masked(text, NONE)
}

/**
 * Returns a text from a target, or of an error of user code, as a result keeps it: clean, also of the secrets of the
 * `request` that it responds to, and not longer than 1 000 characters.
 */
export function foreignText(text: string, request?: unknown): string {
  // Cut before it is searched, because an error may quote a response of megabytes.
  const searched = text.slice(0, MAX_SEARCHED)
  const clean = cleanText(new KnownSecrets(secretsOf(request)).mask(searched, HIDDEN))
  return clean.length > MAX_FOREIGN ? `${clean.slice(0, MAX_FOREIGN - 1).toWellFormed()}…` : clean
}

/** Returns a copy of plain JSON whose strings, and the names of its fields, are cleaned. */
export function cleanJson<Json>(json: Json, clean?: (text: string) => string): Json
export function cleanJson(json: unknown, clean = cleanText): unknown {
  if (typeof json === 'string') return isHistogram(json) ? json : clean(json)
  if (Array.isArray(json)) return json.map((item: unknown) => cleanJson(item, clean))
  if (typeof json !== 'object' || json === null || ArrayBuffer.isView(json)) return json
  const entries = Object.entries(json).map(([name, value]) => [name, cleanJson<unknown>(value, clean)] as const)
  return cleanNames(Object.fromEntries(entries), clean)
}

/** Returns an object with clean names. Two names that differ only in a secret are numbered. */
export function cleanNames<Value>(
  record: Readonly<Record<string, Value>>,
  clean: (text: string) => string = cleanText,
): Record<string, Value> {
  const result = new Map<string, Value>()
  for (const [name, value] of Object.entries(record)) {
    const cleaned = clean(name)
    let unique = cleaned
    for (let number = 2; result.has(unique); number++) unique = `${cleaned} (${number})`
    result.set(unique, value)
  }
  return Object.fromEntries(result)
}

/** Returns an error that can be printed with its causes: the same one if it is clean, else a copy. */
export function cleanError(error: unknown): unknown {
  if (typeof error === 'string') return cleanText(error)
  if (!(error instanceof Error)) return error
  const cause = cleanError(error.cause)
  const message = cleanText(error.message)
  const stack = error.stack === undefined ? undefined : cleanText(error.stack)
  if (cause === error.cause && message === error.message && stack === error.stack) return error
  const copy = new Error(message, cause === undefined ? {} : { cause })
  const code: unknown = Reflect.get(error, 'code')
  const shown = { name: error.name, ...(stack !== undefined && { stack }), ...(code !== undefined && { code }) }
  for (const [key, value] of Object.entries(shown)) {
    Object.defineProperty(copy, key, { value, configurable: true, enumerable: key === 'code', writable: true })
  }
  return copy
}

/**
 * Makes a text printable before it is searched, because a control character could separate a secret from its name, and
 * again afterwards, because `##` before a secret would become a command.
 */
function masked(text: string, secrets: KnownSecrets): string {
  return printable(maskForms(secrets.mask(printable(text), HIDDEN)))
}

function maskForms(text: string): string {
  let clean = ''
  let from = 0
  for (const { start, end } of secretFields(text)) {
    clean += text.slice(from, start) + HIDDEN
    from = end
  }
  return maskTokens(clean + text.slice(from), HIDDEN)
}

/** Histograms are the bulk of a result, and have no other characters than those of base64. */
function isHistogram(text: string): boolean {
  return text.startsWith('HISTFAAA') && /^[A-Za-z0-9+/]+={0,2}$/.test(text)
}
