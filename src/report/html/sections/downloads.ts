import { gzipSync } from 'node:zlib'
import { writtenRun } from '../../json-artifact.ts'
import { jsonText } from '../../json-text.ts'
import { csvOf } from '../csv.ts'
import { type Html, html } from '../html.ts'
import type { Section } from './section.ts'

/** The raw data of a run, in the page itself. */
export const downloads: Section = {
  id: 'downloads',
  title: 'Raw data',
  render: (view) => {
    const { id, run } = view
    return html`<div class="downloads">
      ${download(`${id}.json`, `${jsonText(writtenRun(run))}\n`)}${download(`${id}.csv`, csvOf(view))}
    </div>`
  },
}

/** Without a script, the link gives the compressed file. */
function download(fileName: string, text: string): Html {
  const data = gzipSync(text, { level: 9 }).toString('base64')
  return html`<a download="${fileName}.gz" href="data:application/gzip;base64,${data}">${fileName}.gz</a>`
}
