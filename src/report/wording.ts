import type { Ms, Rps } from '../model/units.ts'

/** Width of every text report: what a terminal and a CI log show without wrapping. */
export const COLUMNS = 80

/** A whole number in groups of three: `14 970`. */
export function wordCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ' ')
}

/** A rate without a unit, with as many decimals as it has meaning: `1 500`, `80.4`, `0.25`. */
export function wordRate(rps: Rps): string {
  return rps >= 100 ? wordCount(rps) : String(Number(rps.toPrecision(3)))
}

/** Milliseconds without a unit, with three significant digits and no exponent. */
export function wordMs(ms: Ms): string {
  return ms >= 100 ? wordCount(ms) : ms.toFixed(ms >= 10 ? 1 : 2)
}

/** `checkout: 1 error`, `checkout: 2 errors`. */
export function wordPlural(count: number, one: string, many: string = `${one}s`): string {
  return `${wordCount(count)} ${count === 1 ? one : many}`
}

/**
 * Breaks every line of a text at spaces so that none is longer than `COLUMNS`. Lines are indented by `indent` spaces on
 * top of what they have, and go on two further in.
 */
export function wrap(text: string, indent: number): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line.trim(), indent + line.length - line.trimStart().length))
    .join('\n')
}

/** A text in a column of its own, right of its label, which takes `width` columns. */
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
