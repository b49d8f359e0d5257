/** Width of every text report: terminals and CI logs show it without wrapping. */
export const COLUMNS = 80

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
export function labelled(label: string, text: string, indent: number, width: number = 10): string {
  const column = indent + width
  return `${' '.repeat(indent)}${label.padEnd(width)}${wrap(text, column).slice(column)}`
}

function wrapLine(line: string, indent: number): readonly string[] {
  const lines: string[] = []
  let current = ''
  for (const word of line.split(' ')) {
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
