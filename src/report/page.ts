import type { RunRecord } from '../model/record.ts'
import { formatDuration, formatInstant, formatMb, formatPlural } from '../wording/figures.ts'
import { runTitle } from './run-records.ts'

/** Width of every text report: terminals and CI logs show it without wrapping. */
export const COLUMNS = 80
/** Width of the label of an entry. */
export const LABEL_COLUMNS = 10

/** A space at which a line may break: not inside `1 200`, and not in `n = 40` or `12 s`. */
const BREAK = / (?!= )(?<!= )(?!(?<=\d )(?:\d{3}(?!\d)|(?:ms|s|min|h|kB|MB|req\/s)(?!\w)))/

/**
 * Breaks every line of a text at spaces so that none is longer than `COLUMNS`. Adds `indent` spaces to the indentation
 * of each line, and two more to its continuation lines.
 */
export function wrap(text: string, indent: number): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line.trim(), indent + line.length - line.trimStart().length))
    .join('\n')
}

/** Returns a label and a text in the column to its right; the label takes `width` columns. */
export function labelled(label: string, text: string, indent: number, width: number = LABEL_COLUMNS): string {
  const column = indent + width
  return `${' '.repeat(indent)}${label.padEnd(width)}${wrap(text, column).slice(column)}`
}

function wrapLine(line: string, indent: number): readonly string[] {
  const lines: string[] = []
  let current = ''
  for (const word of line.split(BREAK)) {
    const margin = indent + (lines.length > 0 ? 2 : 0)
    if (current !== '' && margin + current.length + 1 + word.length > COLUMNS) {
      lines.push(' '.repeat(margin) + current)
      current = word
    } else {
      current = current === '' ? word : `${current} ${word}`
    }
  }
  return [...lines, ' '.repeat(indent + (lines.length > 0 ? 2 : 0)) + current]
}

/** Returns the head of every text report: its title, start, target and machine, and the result in one sentence. */
export function pageHead(run: RunRecord, result: string): string[] {
  const { node, os, cpus, memoryMb, commit } = run.environment
  const machine = [
    `node ${node}`,
    os,
    formatPlural(cpus, 'CPU'),
    formatMb(memoryMb),
    ...(commit === null ? [] : [`commit ${commit.slice(0, 12)}`]),
  ]
  return [
    '='.repeat(COLUMNS),
    wrap(runTitle(run), 0),
    '='.repeat(COLUMNS),
    labelled('started', `${formatInstant(run.startedAt)}, took ${formatDuration(run.durationMs)}`, 0),
    labelled('target', run.target === '' ? 'no request was sent' : run.target.replaceAll(', ', '\n'), 0),
    labelled('machine', machine.join(', '), 0),
    ...(run.endedEarly === undefined
      ? []
      : [labelled('ended', `early (${run.endedEarly}): the figures cover the time until then`, 0)]),
    labelled('result', result, 0),
  ]
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
