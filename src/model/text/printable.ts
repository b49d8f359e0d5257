/**
 * Characters that act on a terminal or a log instead of being shown: C0 and C1 controls except tab and line feed (ESC
 * starts colours, titles and links), DEL, marks that change the direction of text, line and paragraph separators, and
 * halves of surrogate pairs, which no encoding of a file can contain.
 */
const ACTIVE =
  // oxlint-disable-next-line no-control-regex -- the expression searches for control characters
  /[\0-\x08\x0B-\x1F\x7F-\x9F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\p{Surrogate}]/gu

/** A workflow command of GitHub (`::error::…`) may be indented. */
const COMMAND_AT_LINE_START = /^([^\S\n]*)::/gm

/**
 * A word that a line break in a report could move to the start of a line. It captures the rest of the word, because an
 * IPv6 address such as `::1` is not a command.
 */
const COMMAND_IN_LINE = /(?<!\S)::(?=(\S*))/g
const REST_OF_ADDRESS = /^[0-9a-f:.]*\W?$/i

/** Commands of Azure Pipelines (and of older GitHub runners) and TeamCity, which may be anywhere in a line. */
const COMMAND_ANYWHERE = /##(?=\[|vso\[|teamcity\[)/g

/**
 * Returns a text that a terminal, a CI log and a report show as it is: control characters as `\x1b`, and no line that a
 * CI system takes for a command. Line feeds and tabs remain. Applying it again changes nothing.
 */
export function printable(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(ACTIVE, escaped)
    .replace(COMMAND_AT_LINE_START, '$1\\x3a:')
    .replace(COMMAND_IN_LINE, (found, rest: string) => (REST_OF_ADDRESS.test(rest) ? found : '\\x3a:'))
    .replace(COMMAND_ANYWHERE, '#\\x23')
}

function escaped(character: string): string {
  const code = character.charCodeAt(0).toString(16)
  return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`
}
