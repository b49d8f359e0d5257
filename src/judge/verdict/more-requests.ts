import type { JudgedFigures, LoadResult } from '../../model/result.ts'
import { formatDuration } from '../../model/units.ts'
import { FEWEST_STRETCHES } from './design-effect.ts'
import type { Standing } from './validity.ts'
import { wordPercent, wordPlural, wordRate } from './wording.ts'

/** What an inconclusive verdict knows of the way to a conclusive one. */
export interface Shortfall {
  /** Requests that were judged. */
  readonly requests: number
  /** Requests it takes in all; undefined: no reasonable number would do. */
  readonly toTell: number | undefined
  /** Undefined: too few stretches to know. */
  readonly designEffect: number | undefined
  /** Stretches with requests in them. */
  readonly stretches: number
}

/** From this design effect on, requests that came in clusters are named as the cause. */
const CLUSTERED = 2

/** Neither shown: says why, how many more requests it takes and, at this rate, how long that takes. */
export function tooFew(shortfall: Shortfall, figures: JudgedFigures, run: LoadResult): Standing {
  const { requests, toTell, designEffect } = shortfall
  return {
    verdict: 'inconclusive',
    reason: `cannot be told from ${wordPlural(requests, 'request')}`,
    details: [
      ...(designEffect === undefined ? [tooShort(shortfall.stretches)] : []),
      ...(designEffect !== undefined && designEffect >= CLUSTERED ? [clustered(requests, designEffect)] : []),
      toTell === undefined
        ? 'what was seen is so close to the limit that a longer run would hardly tell: move the limit'
        : needed(Math.max(1, toTell - requests), shortfall, figures, run),
    ],
  }
}

function tooShort(stretches: number): string {
  return (
    `they lie in ${wordPlural(stretches, 'stretch', 'stretches')} of time; ` +
    `it takes ${FEWEST_STRETCHES} to see how requests hang together`
  )
}

function clustered(requests: number, designEffect: number): string {
  const effective = Math.floor(requests / designEffect)
  return `what happened to them came in clusters, so they are worth ${wordPlural(effective, 'independent request')}`
}

function needed(more: number, { requests }: Shortfall, figures: JudgedFigures, run: LoadResult): string {
  const perMs = requests / figures.durationMs
  const count = `about ${wordPlural(more, 'more request')} ${more === 1 ? 'is' : 'are'} needed`
  if (!(perMs > 0)) return count
  const time = `${count}, at ${wordRate(perMs * 1_000)} that is ${formatDuration(Math.ceil(more / perMs / 1_000) * 1_000)} more`
  if (figures !== run) return time
  const durationS = Math.ceil((figures.durationMs + more / perMs) / 1_000)
  return `${time}: duration: '${durationS}s', or a higher rate`
}

/** The limit lies inside a bucket of the histogram that holds the requests which would decide. */
export function onTheLimit(within: number, requests: number): Standing {
  return {
    verdict: 'inconclusive',
    reason: `cannot be told from ${wordPlural(requests, 'request')}`,
    details: [
      `${wordPercent(within / requests)} of them lie within 0.1% of the limit, on either side: ` +
        'put the limit into sla in the plan, where it is counted exactly',
    ],
  }
}
