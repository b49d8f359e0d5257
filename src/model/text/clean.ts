import type { Feed } from '../feed.ts'
import { mapValues } from '../map-values.ts'
import { isPlainObject } from '../plain-object.ts'
import { isError } from '../thrown.ts'
import { KnownSecrets } from './known-secrets.ts'
import { secretsOfFeed, secretsOfSetup } from './marked-secrets.ts'
import { printable } from './printable.ts'
import { secretFields } from './secret-fields.ts'
import { maskTokens } from './secret-tokens.ts'
import { secretsOf } from './secrets-of.ts'

const HIDDEN = '[redacted]'

/** Maximum length of a text from a target, in characters, and of the part of it that is searched for secrets. */
const MAX_FOREIGN = 1_000
const MAX_SEARCHED = 4 * MAX_FOREIGN

/**
 * Secrets of this thread. They belong to the process and not to a run, because an error may be thrown where no plan is
 * known, or before there is a run.
 */
const known = new KnownSecrets()
/** Those of feeds, which may have more records than `known` keeps values. */
const ofFeeds = new KnownSecrets([], 1_000_000)
/** Those of setups. A long run has more of them than are kept; they must not replace those of its plan. */
const ofSetups = new KnownSecrets()

/** Remembers the secrets of a plan or a request, so that no text shows them. */
export function learnSecrets(source: unknown): void {
  known.add(secretsOf(source))
}

/** Remembers the secret fields of a feed. */
export function learnFeed(records: readonly object[], secret: NonNullable<Feed['secret']>): void {
  ofFeeds.add(secretsOfFeed(records, secret))
}

/** Remembers the secrets in the result of a setup. */
export function learnSetup(result: unknown): void {
  ofSetups.add(secretsOfSetup(result))
}

/** The secrets of this thread, except those of feeds and setups, for another one. */
export function knownSecrets(): readonly string[] {
  return known.values
}

/** Adopts the secrets of another thread. */
export function adoptSecrets(values: readonly string[]): void {
  known.adopt(values)
}

/**
 * Returns a text as it may be shown: without secrets, and printable. Texts are cleaned where they enter an error or a
 * result, not where they are printed: a test runner prints errors and writes results into its own reports, and only the
 * process that has the plan knows its secrets. Cleaning a text again changes nothing.
 */
export function cleanText(text: string): string {
  return masked([known, ofFeeds, ofSetups].reduce((clean, secrets) => secrets.mask(clean, HIDDEN), printable(text)))
}

/**
 * Returns a text without the secrets that are recognised by their form; for records from other processes, where words
 * that are secret in one plan may be names in another.
 */
export function cleanUnknown(text: string): string {
  return masked(printable(text))
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

/**
 * Returns a copy of plain data whose strings, and the names of its fields, are cleaned. Keeps anything else, such as a
 * function, and removes what contains itself.
 */
export function cleanJson<Json>(json: Json, clean: (text: string) => string = cleanText): Json {
  return cleanWithin(json, clean, new Set()) as Json
}

function cleanWithin(json: unknown, clean: (text: string) => string, within: Set<unknown>): unknown {
  if (typeof json === 'string') return isHistogram(json) ? json : clean(json)
  if (json instanceof URL) return clean(json.href)
  if (!isPlainObject(json)) return json
  if (within.has(json)) return undefined
  within.add(json)
  const copy = Array.isArray(json)
    ? json.map((item: unknown) => cleanWithin(item, clean, within))
    : cleanNames(
        mapValues(json as Readonly<Record<string, unknown>>, (value) => cleanWithin(value, clean, within)),
        clean,
      )
  within.delete(json)
  return copy
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

/** Causes of causes beyond this are omitted, also because an error may be its own cause. */
const MAX_CAUSES = 5

/**
 * Returns an error that can be printed with its causes: the same one if it is clean, else a copy. Returns undefined for
 * one that cannot be read, because user code can throw an error whose fields throw.
 */
export function cleanError(error: unknown): unknown {
  try {
    return cleanCause(error, MAX_CAUSES)
  } catch {
    return undefined
  }
}

function cleanCause(error: unknown, left: number): unknown {
  if (typeof error === 'string') return cleanText(error)
  if (!isError(error)) return error
  const cause = left > 0 ? cleanCause(error.cause, left - 1) : undefined
  const message = cleanText(error.message)
  const stack = error.stack === undefined ? undefined : cleanText(error.stack)
  if (cause === error.cause && message === error.message && stack === error.stack) return error
  const copy = new Error(message, cause === undefined ? {} : { cause })
  for (const [key, value] of Object.entries({ name: cleanText(error.name), stack })) {
    Object.defineProperty(copy, key, { value, configurable: true, writable: true })
  }
  const code = 'code' in error && typeof error.code === 'string' ? { code: cleanText(error.code) } : {}
  return Object.assign(copy, code)
}

/**
 * Masks secrets by their form in a printable text. Texts become printable before they are searched, because a control
 * character could separate a secret from its name, and again afterwards, because `##` before a secret would become a
 * command.
 */
function masked(text: string): string {
  return printable(maskForms(text))
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
