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

/** Breaks a text at spaces so that no line is longer than `COLUMNS`; every line is indented by `indent` spaces. */
export function wrap(text: string, indent: number, columns: number = COLUMNS): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, indent, columns))
    .join('\n')
}

function wrapLine(line: string, indent: number, columns: number): readonly string[] {
  const lines: string[] = []
  const own = indent + line.length - line.trimStart().length
  let current = ' '.repeat(own)
  for (const word of line.trim().split(/(?<=\S) (?=\S)/)) {
    const grown = current.trim() === '' ? current + word : `${current} ${word}`
    if (grown.length > columns && current.trim() !== '') {
      lines.push(current)
      current = ' '.repeat(own + 2) + word
    } else {
      current = grown
    }
  }
  return [...lines, current.trimEnd()]
}
