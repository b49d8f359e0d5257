import { type SecretKind, secretKind } from './secret-names.ts'

/** Where a text contains a secret. */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * Every expression here takes time proportional to the text: names are maximal runs, and the others match at one
 * position, consume what they match, and end with a part that cannot fail.
 */
const NAME = /[\w.$-]+/g
const BETWEEN = /(?:\]|%5D)?(\\*["']|%22|&quot;)?[ \t]{0,8}(=>|:(?!\/\/)|[=,]|%3[AD])[ \t]{0,8}(\\*["'`]|%22|&quot;)?/iy
const OPTION = /(?:[ \t]{1,8}|["']?,[ \t]{0,8})["']?(?=[^\s"'-])/y
const PART = /\\*["'](?:\r?\n|\\r\\n|\\n){2}/y
const WORD = /(?:[^\s&;"'<>,\\]|,(?!\s|$)|\\(?!["'nrt]))+/y
const WORD_IN_URL = /(?:[^\s&;"'<>,\\#]|\\(?!["'nrt]))+/y
const OPTION_WORD = /[^\s"']+/y
const ENCODED = /(?:[^\s&"'%]|%(?!22|26|2C|7D|0A|0D))+/iy
const ELEMENT = /[^<\n]*/y
const LINE = /[^\r\n]*/y
const CREDENTIALS = /(?:="[^"\r\n]*"|[^"'\r\n\\]|\\(?!["'nr]))*/y
const QUOTED: Readonly<Record<string, RegExp>> = {
  '"': /(?:[^"\\\n]|\\[^\n])*/y,
  "'": /(?:[^'\\\n]|\\[^\n])*/y,
  '`': /(?:[^`\\\n]|\\[^\n])*/y,
}

/** Values that state that there is no secret, or that it was removed. */
const NONE = /^(?:true|false|null|undefined|none|nil|\d{1,4}|[^\p{L}\p{N}]+|\W*redacted\W*)$/iu
const REMOVED = /^(?:null|undefined|(?:basic|bearer)?[^\p{L}\p{N}]*|\W*redacted\W*)$/iu

/**
 * Returns where a text has the value of a field whose name says that it is secret: `token=…`, `"pwd": "…"`,
 * `x-api-key: …`, `--password …`, `%22jwt%22%3A%22…`, `<secret>…`; spans are in order and do not overlap.
 */
export function secretFields(text: string): readonly Span[] {
  const found: Span[] = []
  NAME.lastIndex = 0
  for (let match = NAME.exec(text); match !== null; match = NAME.exec(text)) {
    const [name] = match
    const kind = secretKind(name)
    if (kind === undefined) continue
    const after = match.index + name.length
    const span = valueAfter(text, { name, kind, start: match.index, end: after })
    if (span === undefined || span.end <= span.start) continue
    found.push(span)
    NAME.lastIndex = Math.max(after, span.end)
  }
  return found
}

interface FoundName extends Span {
  readonly name: string
  readonly kind: SecretKind
}

function valueAfter(text: string, found: FoundName): Span | undefined {
  const { name, kind, start, end } = found
  const isPlain = kind !== 'parameter'
  if (isPlain && text[start - 1] === '<' && text[end] === '>') return checked(text, found, at(ELEMENT, text, end + 1))
  const part = isPlain ? at(PART, text, end) : undefined
  if (part !== undefined) return checked(text, found, at(LINE, text, part.end))
  BETWEEN.lastIndex = end
  const between = BETWEEN.exec(text)
  if (between === null) return isPlain && name.startsWith('--') ? optionValue(text, found) : undefined
  const [whole, nameQuote, separator = '', valueQuote] = between
  const from = end + whole.length
  if (separator === ',') {
    // A list such as `['x-api-key', 'abc']`, but not the value of another field.
    const isItem =
      nameQuote !== undefined && valueQuote !== undefined && !/[:=][ \t]?\W{1,3}$/.test(text.slice(start - 5, start))
    if (!isItem || (name.startsWith('-') && text[from] === '-')) return undefined
  }
  if (kind === 'parameter' && !(separator.startsWith('=') && isParameter(text, start))) return undefined
  if (kind === 'cookies' && separator === ':' && nameQuote === undefined) {
    return checked(text, found, at(LINE, text, from - (valueQuote?.length ?? 0)))
  }
  if (valueQuote !== undefined) return checked(text, found, quoted(text, from, valueQuote))
  if (kind === 'credentials' && separator === ':') return checked(text, found, at(CREDENTIALS, text, from))
  if (separator.startsWith('%')) return checked(text, found, at(ENCODED, text, from))
  const span = trimmed(text, at(isParameter(text, start) ? WORD_IN_URL : WORD, text, from))
  return separator === ':' && isProse(text, found, span) ? undefined : checked(text, found, span)
}

function at(pattern: RegExp, text: string, index: number): Span | undefined {
  pattern.lastIndex = index
  const match = pattern.exec(text)
  return match === null ? undefined : { start: index, end: index + match[0].length }
}

/** The value of an option that is a separate word: `--token abc`. */
function optionValue(text: string, found: FoundName): Span | undefined {
  const gap = at(OPTION, text, found.end)
  return gap && checked(text, found, at(OPTION_WORD, text, gap.end))
}

function quoted(text: string, from: number, quote: string): Span | undefined {
  const plain = QUOTED[quote]
  if (plain !== undefined) return at(plain, text, from)
  // An escaped quote, as in JSON within JSON: the value ends at the next quote that is escaped in the same way.
  const end = text.indexOf(quote, from)
  return end < 0 ? at(LINE, text, from) : at(LINE, text.slice(0, end), from)
}

/** Leaves the brackets and full stops after a value to the sentence. */
function trimmed(text: string, span: Span | undefined): Span | undefined {
  if (span === undefined) return undefined
  let { end } = span
  while (end > span.start && ')]}.,'.includes(text[end - 1] ?? '')) end--
  return { start: span.start, end }
}

function isParameter(text: string, start: number): boolean {
  return start === 0 || '?&;#'.includes(text[start - 1] ?? '')
}

const LETTERS = /^\p{L}+$/u
const NEXT_WORD = /[ \t]\p{L}/uy

/** Recognises a sentence such as "invalid token: signature mismatch", which contains no secret. */
function isProse(text: string, { name, kind }: FoundName, span: Span | undefined): boolean {
  if (span === undefined || !LETTERS.test(name)) return false
  const value = text.slice(span.start, span.end)
  if (value.length >= 16 || !LETTERS.test(value)) return false
  return kind !== 'password' || at(NEXT_WORD, text, span.end) !== undefined
}

/** Returns the span if its value can be secret. */
function checked(text: string, { kind }: FoundName, span: Span | undefined): Span | undefined {
  if (span === undefined) return undefined
  const value = text.slice(span.start, Math.min(span.end, span.start + 64)).trim()
  switch (kind) {
    case 'password':
    case 'credentials':
    case 'cookies':
      return REMOVED.test(value) ? undefined : span
    case 'token':
      return NONE.test(value) ? undefined : span
    case 'random':
    case 'parameter':
      return looksRandom(value, kind === 'random' ? 6 : 10) ? span : undefined
  }
}

/**
 * Whether a value consists of letters and digits, or is too long to be a word. Constants (`ERR_HTTP2`) do not count.
 */
export function looksRandom(value: string, minLength: number): boolean {
  if (value.length >= 24) return !/\s/.test(value)
  return (
    value.length >= minLength && /\d/.test(value) && /\p{L}/u.test(value) && !/^[A-Z][A-Z0-9_]*_[A-Z0-9_]*$/.test(value)
  )
}
