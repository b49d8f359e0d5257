import { COLUMNS, wrap } from './wording.ts'

/** What a text report begins with. */
export function heading(title: string): string[] {
  return ['='.repeat(COLUMNS), wrap(title, 0), '='.repeat(COLUMNS)]
}

/** A part of a report: sentences that are wrapped, then lines that stand as they are. Nothing where there is nothing to say. */
export function section(title: string, sentences: readonly string[], lines: readonly string[] = []): string[] {
  if (sentences.length + lines.length === 0) return []
  return ['', title, '-'.repeat(title.length), ...sentences.map((sentence) => wrap(sentence, 0)), ...lines]
}

/** Rows under their heads, each column as wide as its widest cell: words to the left, figures to the right. */
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
