import { runText } from '../../json-artifact.ts'
import { csvOf } from '../csv.ts'
import { download } from '../download.ts'
import { html } from '../html.ts'
import type { Section } from './section.ts'

/** The raw data of a run, in the page itself. */
export const downloads: Section = {
  id: 'downloads',
  title: 'Raw data',
  render: (view) => {
    const { id, run } = view
    return html`<div class="downloads">
      ${download(`${id}.json`, runText(run))}${download(`${id}.csv`, csvOf(view))}
    </div>`
  },
}
