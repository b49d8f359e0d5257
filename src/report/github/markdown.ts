import { formatPlural } from '../../wording/figures.ts'

/**
 * Foreign text in Markdown. Every character that could have a meaning there becomes an entity, which GitHub decodes
 * after it has read the markup; inside `<code>`, GitHub makes no links and no mentions.
 */

/** Returns a text as code in a line, a cell of a table, or a `<summary>`. Breaks of lines become spaces. */
export function inlineCode(text: string, maxLength = 200): string {
  const line = text
    .slice(0, 4 * maxLength)
    .replaceAll(/\s+/g, ' ')
    .trim()
  const shown = line.length > maxLength ? `${line.slice(0, maxLength - 1).toWellFormed()}…` : line
  return `<code>${shown.replaceAll(/[^\p{L}\p{N} …]/gu, entityOf)}</code>`
}

/** Returns a sentence with names in it as text, in which no character has a meaning in Markdown or HTML. */
export function plainText(sentence: string): string {
  return sentence.replaceAll(/[&<>|`*_~[\]\\@#$]/g, entityOf)
}

const entityOf = (character: string): string => `&#${character.codePointAt(0)};`

/** Longer lines of a block are cut, because no reader of a page needs them. */
const MAX_LINE = 1_000

/** Returns a text as a block of code, which starts at the beginning of a line. */
export function codeBlock(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE).toWellFormed()}…` : line))
  const longest = Math.max(0, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)))
  // A block ends at a fence that is as long as the one at its start.
  const fence = '`'.repeat(Math.max(3, longest + 1))
  return [`${fence}text`, ...lines, fence].join('\n')
}

/** Returns the rows of a table under their heads; the cells are Markdown. */
export function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)]
}

/**
 * Joins the sections that fit into `max` together, with a note on those that do not. The first section is a heading:
 * returns an empty text if nothing else fits.
 */
export function fitted(sections: readonly string[], sizeOf: (text: string) => number, max: number): string {
  const noteOn = (count: number): string => `_${formatPlural(count, 'section')} did not fit here: see the report._\n`
  const kept: string[] = []
  let left = max - sizeOf(noteOn(sections.length))
  for (const section of sections) {
    const size = sizeOf(section) + 2
    if (size > left) continue
    left -= size
    kept.push(section)
  }
  if (kept.length < 2 || kept[0] !== sections[0]) return ''
  const omitted = sections.length - kept.length
  return omitted === 0 ? `${kept.join('\n\n')}\n` : [...kept, noteOn(omitted)].join('\n\n')
}
