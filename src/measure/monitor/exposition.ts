/** One line of a metrics page: a number, its name, and the labels that distinguish it from others with that name. */
export interface Metric {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/
/** The part after a name: `{labels} value`, then anything, such as a timestamp, or an exemplar after `#`. */
const REST = /^\s*(?:\{((?:"(?:\\.|[^"\\])*"|[^"}])*)\})?\s+(\S+)/
/**
 * Sticky, so that the search ends at the first text that is not a label. Otherwise it would restart at every letter of
 * a long text.
 */
const LABEL = /[\s,]*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:\\.|[^"\\])*)"/gy
const ESCAPED: Readonly<Record<string, string>> = { n: '\n' }

/**
 * Parses the metrics on a page in the Prometheus text format 0.0.4 or in OpenMetrics 1.0; both write these lines alike.
 * Lines in any other format are skipped, so an HTML page yields no metrics. `names` limits the result to these names: a
 * page may have thousands of lines, of which a dozen matter.
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
