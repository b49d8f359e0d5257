/** One line of a page of metrics: a number, its name, and the labels that tell it from others of the name. */
export interface Metric {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** `name{labels} value`, whatever follows: a timestamp, or an exemplar behind `#`. */
const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{((?:"(?:\\.|[^"\\])*"|[^"}])*)\})?\s+(\S+)/
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:\\.|[^"\\])*)"/g
const ESCAPED: Readonly<Record<string, string>> = { n: '\n' }

/**
 * The numbers of a page in the Prometheus text format 0.0.4, or in OpenMetrics 1.0, which writes these lines alike. Lines
 * that are neither are left out: a page may hold what this does not know, and HTML has none.
 */
export function parseExposition(page: string): readonly Metric[] {
  return page.split('\n').flatMap((line) => {
    const [, name, labels = '', text = ''] = LINE.exec(line.trim()) ?? []
    const value = numberOf(text)
    return name === undefined || value === undefined ? [] : [{ name, labels: labelsOf(labels), value }]
  })
}

function labelsOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Array.from(text.matchAll(LABEL), ([, name = '', value = '']) => [
      name,
      value.replaceAll(/\\(.)/g, (_, escaped: string) => ESCAPED[escaped] ?? escaped),
    ]),
  )
}

function numberOf(text: string): number | undefined {
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text)
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity
  if (/^[+-]?nan$/i.test(text)) return Number.NaN
  const value = Number(text)
  return text === '' || Number.isNaN(value) ? undefined : value
}
