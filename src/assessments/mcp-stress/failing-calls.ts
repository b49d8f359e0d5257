import { MAX_FAILED_RATIO } from '../../judge/analysis/mcp-health.ts'
import type { LoadResult } from '../../model/result.ts'
import { sum } from '../../model/sum.ts'
import { formatPercent } from '../../wording/figures.ts'

/** The phases whose load no server should notice. */
const CALM_PHASES: ReadonlySet<string> = new Set(['warm-up', 'baseline'])

/**
 * Returns how many calls failed although the server had little load, and how; undefined if they are as few as in a
 * healthy phase.
 */
export function failingCalls({ phases }: LoadResult): string | undefined {
  const calm = Object.entries(phases).flatMap(([name, figures]) => (CALM_PHASES.has(name) ? [figures] : []))
  const failed = sum(calm.map(({ errors, dropped }) => errors + dropped))
  const ratio = failed / Math.max(1, sum(calm.map(({ requestsScheduled }) => requestsScheduled)))
  if (ratio <= MAX_FAILED_RATIO) return undefined
  const classes = new Set(calm.flatMap(({ errorsByClass }) => Object.keys(errorsByClass)))
  const how = [...classes, ...(calm.some(({ dropped }) => dropped > 0) ? ['dropped'] : [])]
  return `${formatPercent(ratio)} at the lowest rates (${how.join(', ')})`
}
