import { isMet } from '../../../model/verdict.ts'
import { formatPlural } from '../../../wording/figures.ts'
import { html } from '../html.ts'
import { byStanding } from '../run-view.ts'
import { verdictCard } from '../verdict-card.ts'
import type { Section } from './section.ts'

/** Number of passed verdicts that are not folded. */
const MAX_UNFOLDED = 4

/** All verdicts of a run, failures before passes, each with its evidence. */
export const verdicts: Section = {
  id: 'verdicts',
  title: 'Verdicts',
  render: (view) => {
    const sorted = view.run.verdicts.toSorted(byStanding)
    if (sorted.length === 0) return undefined
    const good = sorted.filter(isMet)
    const bad = sorted.filter((each) => !isMet(each))
    const cards = good.map((each) => verdictCard(each, view))
    return html`<div class="verdicts">
      ${bad.map((each) => verdictCard(each, view))}${
        good.length <= MAX_UNFOLDED
          ? cards
          : html`<details class="fold">
              <summary>${formatPlural(good.length, 'check')} that passed or lean to a pass</summary>
              <div class="verdicts">${cards}</div>
            </details>`
      }
    </div>`
  },
}
