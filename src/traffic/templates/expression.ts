/** The expression between `{{` and `}}`. */
export type Expression =
  | { readonly kind: 'sequence' }
  | { readonly kind: 'uuid' }
  /** Both bounds are included. */
  | { readonly kind: 'int'; readonly from: number; readonly to: number }
  /** `field` is empty for the whole value. */
  | { readonly kind: 'setup'; readonly field: string }
  /** `field` is empty for the whole record. */
  | { readonly kind: 'feed'; readonly feed: string; readonly field: string }

const INT = /^random\.int\(\s*(-?\d+)\s*,\s*(-?\d+)\s*\)$/

/** Parses an expression; returns undefined if it is invalid, such as a misspelt `random` or an empty text. */
export function expressionOf(text: string): Expression | undefined {
  const written = text.trim()
  if (written === 'sequence') return { kind: 'sequence' }
  if (written === 'random.uuid') return { kind: 'uuid' }
  const [root = '', ...fields] = written.split('.')
  const field = fields.join('.').trim()
  if (root === 'random') return intOf(written)
  if (root === 'sequence' || !/^[a-z_][\w-]*$/i.test(root) || written.endsWith('.')) return undefined
  return root === 'setup' ? { kind: 'setup', field } : { kind: 'feed', feed: root, field }
}

function intOf(written: string): Expression | undefined {
  const [, low, high] = INT.exec(written) ?? []
  const [from, to] = [Number(low), Number(high)]
  return Number.isSafeInteger(from) && Number.isSafeInteger(to) && from <= to ? { kind: 'int', from, to } : undefined
}

/** A text split at its templates: literals[0] hole[0] literals[1] … */
export interface Pieces {
  readonly literals: readonly [string, ...string[]]
  /** Each expression as written between its braces. */
  readonly holes: readonly string[]
}

/** `{{{{` gives two literal braces. It has no other meaning in JSON and most languages. */
const PIECE = /\{\{\{\{|\{\{([^{}]*)\}\}/g

/** Splits a text; returns undefined if it has no templates and no escapes, as nearly all texts. */
export function piecesOf(text: string): Pieces | undefined {
  if (!text.includes('{{')) return undefined
  const [holes, literals]: [string[], string[]] = [[], []]
  let [literal, end] = ['', 0]
  for (const match of text.matchAll(PIECE)) {
    literal += text.slice(end, match.index)
    end = match.index + match[0].length
    if (match[1] === undefined) {
      literal += '{{'
    } else {
      holes.push(match[1])
      literals.push(literal)
      literal = ''
    }
  }
  if (end === 0) return undefined
  const [first = literal + text.slice(end), ...others] = literals
  return { literals: holes.length === 0 ? [first] : [first, ...others, literal + text.slice(end)], holes }
}

/** Returns whether the text contains a `{{` that opens no template. */
export function hasLooseBraces(text: string): boolean {
  return text.replaceAll(PIECE, '\0').includes('{{')
}
