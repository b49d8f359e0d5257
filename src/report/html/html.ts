import { printable } from '../../model/text/printable.ts'

/**
 * Markup in which every text is escaped. Only `html` and `trusted` create it, so a string from a target or a test can
 * never become markup.
 */
export class Html {
  readonly #markup: string

  constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

/** What a template accepts: markup as it is, texts and numbers escaped, nothing for the other values. */
export type Content = Html | string | number | false | null | undefined | readonly Content[]

/**
 * Tag of a template literal: html`<p title="${text}">${text}</p>`. Escapes every text for both places, so a value in an
 * attribute must be in quotes.
 */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(compact(parts).reduce((markup, part, i) => markup + markupOf(contents[i - 1]) + part))
}

const compacted = new WeakMap<TemplateStringsArray, readonly string[]>()

/** Removes the indentation that a template has in its source. */
function compact(parts: TemplateStringsArray): readonly string[] {
  const known = compacted.get(parts) ?? parts.map((part) => part.replace(/\s*\n\s*/g, '\n'))
  compacted.set(parts, known)
  return known
}

/** Takes markup that this package wrote itself, such as a rendered chart. */
export function trusted(markup: string): Html {
  return new Html(markup)
}

function markupOf(content: Content): string {
  if (content === undefined || content === null || content === false) return ''
  if (content instanceof Html) return content.toString()
  if (typeof content === 'object') return content.map(markupOf).join('')
  return unbroken(escapeHtml(String(content)))
}

/** Keeps the groups of digits of a number on one line: `40 788 874`. */
function unbroken(text: string): string {
  return text.replace(/(?<=\d) (?=\d{3}(?!\d))/g, '\u00a0')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Escapes a text for an element or a quoted attribute, and shows its control characters as `\x1b`. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

/** Maximum length of a text in a heading or in a cell of a table. */
const MAX_LENGTH = 300

/** Cuts a text that is too long for a heading or a cell. */
export function shortened(text: string, maxLength: number = MAX_LENGTH): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}…`
}

/** Returns an id for an element from a name, with a number that makes it unique. */
export function idOf(name: string, index: number): string {
  const word = name.toLowerCase().replace(/[^a-z\d]+/g, '-')
  return `${word.slice(0, 40)}-${index + 1}`
}
