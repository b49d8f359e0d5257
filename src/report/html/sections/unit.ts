import { html } from '../html.ts'
import { tableOf } from '../table.ts'
import { verdictPill } from '../verdict-card.ts'
import { findingsOf } from '../../findings-of.ts'
import type { Section } from './section.ts'

const COLUMNS = [
  { name: 'check', kind: 'word' },
  { name: 'area', kind: 'word' },
  { name: 'verdict', kind: 'word' },
  { name: 'planned or reported', kind: 'long' },
  { name: 'counted by the server', kind: 'long' },
] as const

/** The checks of describe-load itself, each with the counts of the server that it loaded. */
export const unit: Section = {
  id: 'unit',
  title: 'Checks',
  render: ({ run, results }) => {
    const findings = findingsOf(run, 'unit')
    if (findings === undefined) return undefined
    const rows = findings.checks.map(({ name, area, verdict, sent, counted, result }) => {
      const view = results[result]
      return [
        view === undefined ? name : html`<a href="#${view.id}">${name}</a>`,
        area,
        verdictPill({ verdict }),
        sent,
        counted,
      ]
    })
    return tableOf('Checks', COLUMNS, rows)
  },
}
