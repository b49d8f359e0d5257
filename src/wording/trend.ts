import type { Trend, TrendChange } from '../model/trend.ts'
import { formatChange, formatMs } from './figures.ts'

/** Returns a commit as Git abbreviates it. */
export function shortCommit(commit: string | null): string {
  return commit === null ? '–' : commit.slice(0, 7)
}

/** Example: `p95 120 → 141 ms (+17.5%)`. */
function trendChange({ figure, beforeMs, afterMs }: TrendChange): string {
  const name = figure === 'CPU' ? 'CPU per request' : figure
  return `${name} ${formatMs(beforeMs)} → ${formatMs(afterMs)} ms (${formatChange(afterMs / beforeMs)})`
}

/**
 * Returns one sentence for each run at which figures changed, the newest first:
 * `at 4c01d2e (2026-10-12), after 9a7be10: p50 9.97 → 11.9 ms (+19.8%), p95 …`.
 */
export function trendSentences({ points, changes }: Trend): readonly string[] {
  return [...Map.groupBy(changes, ({ point }) => point)]
    .toSorted(([a], [b]) => b - a)
    .map(([point, together]) => {
      const [changed, previous] = [points[point], points[point - 1]]
      const after = previous === undefined ? '' : `, after ${shortCommit(previous.commit)}`
      const day = changed === undefined ? '' : ` (${changed.startedAt.slice(0, 10)})`
      return `at ${shortCommit(changed?.commit ?? null)}${day}${after}: ${together.map(trendChange).join(', ')}`
    })
}
