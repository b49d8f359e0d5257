/** One line of a page of metrics: a number, its name, and the labels that tell it from others of the name. */
export interface Metric {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/
/** What follows a name: `{labels} value`, whatever comes then: a timestamp, or an exemplar behind `#`. */
const REST = /^\s*(?:\{((?:"(?:\\.|[^"\\])*"|[^"}])*)\})?\s+(\S+)/
/** Sticky: what is no label ends the search, which would otherwise begin anew at each letter of a long text. */
const LABEL = /[\s,]*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:\\.|[^"\\])*)"/gy
const ESCAPED: Readonly<Record<string, string>> = { n: '\n' }

/**
 * The numbers of a page in the Prometheus text format 0.0.4, or in OpenMetrics 1.0, which writes these lines alike. Lines
 * that are neither are left out: a page may hold what this does not know, and HTML has none. `names`: no others are read,
 * for a page may have thousands of lines of which a dozen matter.
 */
export function parseExposition(page: string, names?: ReadonlySet<string>): readonly Metric[] {
  return page.split('\n').flatMap((line) => {
    const trimmed = line.trim()
    const name = NAME.exec(trimmed)?.[0]
    if (name === undefined || names?.has(name) === false) return []
    const [, labels = '', text = ''] = REST.exec(trimmed.slice(name.length)) ?? []
    const value = numberOf(text)
    return value === undefined ? [] : [{ name, labels: labelsOf(labels), value }]
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
