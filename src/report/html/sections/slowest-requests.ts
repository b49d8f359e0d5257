import { formatDuration, formatMs } from '../../../wording/figures.ts'
import { type Html, html, shortened } from '../html.ts'
import { tableOf } from '../table.ts'
import type { Section } from './section.ts'

const COLUMNS = [
  { name: 'request', kind: 'word' },
  { name: 'result', kind: 'word' },
  { name: 'at' },
  { name: 'response ms' },
  { name: 'service ms' },
  { name: 'trace', kind: 'word' },
] as const

/** Number of slowest requests in the page; the JSON has more. */
const SHOWN = 10

/** The slowest requests of a run, with links to their traces. */
export const slowestRequests: Section = {
  id: 'slowest',
  title: 'Slowest requests',
  render: ({ results }) => {
    const all = results.flatMap((view) =>
      view.result.slowest.filter(({ because }) => because !== 'ordinary').map((request) => ({ request, view })),
    )
    if (all.length === 0) return undefined
    const rows = all
      .toSorted((a, b) => b.request.responseMs - a.request.responseMs)
      .slice(0, SHOWN)
      .map(({ request, view }) => {
        const { name, intendedMs, responseMs, serviceMs, traceId, url, errorClass } = request
        return [
          html`${shortened(name, 120)}${errorClass !== undefined && html` <span class="muted">(${errorClass})</span>`}`,
          html`<a href="#${view.id}">${shortened(view.name, 80)}</a>`,
          formatDuration(intendedMs),
          formatMs(responseMs),
          formatMs(serviceMs),
          traceLink(traceId, url),
        ]
      })
    return tableOf('Slowest requests', COLUMNS, rows)
  },
}

/** Only links to web pages: another scheme could run a script. */
function traceLink(traceId: string, url: string | undefined): Html | string {
  return url !== undefined && /^https?:\/\//i.test(url)
    ? html`<a href="${url}" rel="noreferrer noopener">${traceId}</a>`
    : traceId
}
