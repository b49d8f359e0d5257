import type { RunRecord, UnlistedRequests } from '../model/record.ts'
import { sum } from '../model/sum.ts'
import { formatCount, formatPlural } from '../wording/figures.ts'
import { section } from './page.ts'

const SOURCES: Readonly<Record<UnlistedRequests['sentBy'], string>> = {
  'warm-up': 'warm-ups',
  'unlisted run': 'runs that are not listed',
}

/** Returns the section about requests that no figure of a report includes; empty if there are none. */
export function unlistedSection(run: Pick<RunRecord, 'unlisted'>): readonly string[] {
  return section('also sent, but not included above', unlistedLines(run))
}

/** Returns one line for the warm-ups, and one for the runs that are not listed; empty if there are none. */
export function unlistedLines({ unlisted = [] }: Pick<RunRecord, 'unlisted'>): readonly string[] {
  const hasOneProtocol = new Set(unlisted.map(({ protocol }) => protocol)).size < 2
  // Operations of several protocols may have the same name.
  const nameOf = ({ operation, protocol }: UnlistedRequests): string =>
    hasOneProtocol || operation.startsWith(protocol) ? operation : `${protocol} ${operation}`
  return [...Map.groupBy(unlisted, ({ sentBy }) => sentBy)].map(([sentBy, sent]) => {
    const total = formatPlural(sum(sent.map(({ requests }) => requests)), 'request')
    const each = sent.map((one) => `${formatCount(one.requests)} × ${nameOf(one)}`)
    return `${total} of ${SOURCES[sentBy]}: ${each.join(', ')}`
  })
}
