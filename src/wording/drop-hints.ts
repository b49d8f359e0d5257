import type { Figures } from '../model/figures.ts'
import type { LoadResult } from '../model/result.ts'
import { formatDuration, formatPlural } from './figures.ts'
import { optionWords } from './option-words.ts'

interface DroppingRun {
  readonly plan: Pick<LoadResult['plan'], 'requestTimeoutMs'>
  readonly pool: Pick<LoadResult['pool'], 'size'>
}

/**
 * Says why requests were never sent, and what to do, for the drops that are due to the target or its connections. Drops
 * of a late generator make a verdict invalid, and those of a stopped run are explained by its end.
 */
export function dropHints(
  { droppedByReason }: Pick<Figures, 'droppedByReason'>,
  { plan, pool }: DroppingRun,
): readonly string[] {
  const { overflow = 0, 'pool-wait': waited = 0 } = droppedByReason
  const connections = pool.size === 1 ? 'the only connection was' : `all ${pool.size} connections were`
  const raise = `raise ${optionWords({ plan: 'maxConnections', command: '-c' })}`
  const hints: string[] = []
  if (waited > 0) {
    hints.push(
      `${dropped(waited)} dropped after waiting ${formatDuration(plan.requestTimeoutMs)} for a connection, because ` +
        `${connections} in use: the target responds too slowly for this rate; if it can serve more requests at the ` +
        `same time, ${raise}`,
    )
  }
  if (overflow > 0) {
    hints.push(
      `${dropped(overflow)} dropped because ${connections} in use: ${raise}, or let requests wait with overflow: 'queue'`,
    )
  }
  return hints
}

function dropped(count: number): string {
  return `${formatPlural(count, 'request')} ${count === 1 ? 'was' : 'were'}`
}
