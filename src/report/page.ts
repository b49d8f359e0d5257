import { COLUMNS, wrap } from './wording.ts'

/** Returns the heading of a text report. */
export function heading(title: string): string[] {
  return ['='.repeat(COLUMNS), wrap(title, 0), '='.repeat(COLUMNS)]
}

/**
 * Returns a section of a report: sentences, which are wrapped, then lines, which are not. Returns nothing for an empty
 * section.
 */
export function section(title: string, sentences: readonly string[], lines: readonly string[] = []): string[] {
  if (sentences.length + lines.length === 0) return []
  return ['', title, '-'.repeat(title.length), ...sentences.map((sentence) => wrap(sentence, 0)), ...lines]
}

/**
 * Returns rows under their headings, each column as wide as its widest cell; words are left-aligned, figures
 * right-aligned.
 */
export function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  words: readonly number[],
): string[] {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)))
  return [heads, ...rows].map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return words.includes(column) ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  ')
      .trimEnd(),
  )
}
