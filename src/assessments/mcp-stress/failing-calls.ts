import type { LoadResult } from '../../model/result.ts'
import { sum } from '../../model/sum.ts'
import { formatPercent } from '../../wording/figures.ts'

/** The phases whose load no server should notice. */
const CALM_PHASES: ReadonlySet<string> = new Set(['warm-up', 'baseline'])
/** A healthy phase has no higher share of failed calls. */
const MAX_FAILED = 0.01

/** Returns how many calls failed although the server had little load; undefined for at most 1%. */
export function failingCalls({ phases, errorsByClass }: LoadResult): string | undefined {
  const calm = Object.entries(phases).flatMap(([name, figures]) => (CALM_PHASES.has(name) ? [figures] : []))
  const failed = sum(calm.map(({ errors, dropped }) => errors + dropped))
  const share = failed / Math.max(1, sum(calm.map(({ requestsScheduled }) => requestsScheduled)))
  if (share <= MAX_FAILED) return undefined
  const classes = Object.keys(errorsByClass)
  return `${formatPercent(share)} of those at the lowest rates did (${classes.join(', ')})`
}
