import { formatDuration, formatInstant, formatMb, formatPlural } from '../../../wording/figures.ts'
import type { LoadResult } from '../../../model/result.ts'
import { html, shortened } from '../html.ts'
import type { Section } from './section.ts'

/** Machine, target and plan, without which results cannot be compared. */
export const environment: Section = {
  id: 'environment',
  title: 'Environment and plan',
  render: ({ run, results }) => {
    const { node, os, cpus, memoryMb, commit } = run.environment
    const requests = [...new Set(results.map(({ result }) => result.plan.request))]
    const connections = [...new Set(results.map(({ result }) => connectionsOf(result)))]
    const facts: readonly (readonly [string, string])[] = [
      ['target', run.target],
      ['started', `${formatInstant(run.startedAt)}, took ${formatDuration(run.durationMs)}`],
      ['machine', `Node.js ${node}, ${os}, ${formatPlural(cpus, 'CPU')}, ${formatMb(memoryMb)}`],
      ...(commit === null ? [] : [['commit', commit] as const]),
      ['requests', shortened(requests.join('; '), 600)],
      ...(connections.length === 0 ? [] : [['connections', shortened(connections.join('; '), 600)] as const]),
    ]
    return html`<dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>`
  },
}

function connectionsOf({ plan }: LoadResult): string {
  const most = formatPlural(plan.maxConnections, 'connection')
  return `${plan.connection}, at most ${most}, request timeout ${formatDuration(plan.requestTimeoutMs)}`
}
