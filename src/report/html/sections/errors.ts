import { formatCount } from '../../../wording/figures.ts'
import { dropHints } from '../../../wording/drop-hints.ts'
import { errorHints } from '../../../wording/error-hints.ts'
import { type Html, html, shortened } from '../html.ts'
import type { ResultView } from '../run-view.ts'
import { tableOf } from '../table.ts'
import { listOf } from '../list-of.ts'
import type { Section } from './section.ts'

const COLUMNS = [
  { name: 'result', kind: 'word' },
  { name: 'class', kind: 'word' },
  { name: 'errors' },
  { name: 'first error, and samples', kind: 'long' },
] as const

/** Errors by class with samples of the responses, drops, and hints. */
export const errors: Section = {
  id: 'errors',
  title: 'Errors',
  render: ({ results }) => {
    const rows = results.flatMap(rowsOf)
    if (rows.length === 0) return undefined
    const hints = new Set(results.flatMap(({ result }) => [...errorHints(result), ...dropHints(result, result)]))
    return html`${tableOf('Errors', COLUMNS, rows)}${listOf([...hints])}`
  },
}

function rowsOf({ result, name, id }: ResultView): readonly (readonly (Html | string)[])[] {
  const link = html`<a href="#${id}">${shortened(name, 80)}</a>`
  const classes = Object.entries(result.errorsByClass).toSorted(([, a], [, b]) => b.count - a.count)
  return [
    ...classes.map(([errorClass, { count, first, samples = [] }]) => [
      link,
      errorClass,
      formatCount(count),
      html`${shortened(first, 1_000)}${samples.map((sample) => html`<pre class="text">${shortened(sample, 1_000)}</pre>`)}`,
    ]),
    ...Object.entries(result.droppedByReason).map(([reason, count]) => [
      link,
      `dropped: ${reason}`,
      formatCount(count),
      '',
    ]),
  ]
}
