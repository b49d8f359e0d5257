import { undeliveredLoad } from '../../../judge/verdict/validity.ts'
import type { CeilingFigures } from '../../../model/machine-check.ts'
import type { LoadResult } from '../../../model/result.ts'
import type { Count, Ms, Ratio, Rps } from '../../../model/units.ts'
import { resolvePlan } from '../../../plan/resolve-plan.ts'
import { startCompiled } from '../../../run/index.ts'
import { vocabulary } from '../../../run/vocabulary.ts'

/** How the ceiling is searched. */
export interface CeilingSearch {
  /** First rate; the next ones are `factor` times as high, until one is late. */
  readonly firstRps: Rps
  readonly factor: number
  /** Number of times that the interval between the last rate on time and the first late one is halved. */
  readonly halvings: Count
  /** A rate is late if it is late this many times: a pause of the machine is no limit of the generator. */
  readonly attempts: Count
  readonly stepMs: Ms
}

/** What one rate showed. */
export interface RateTrial {
  readonly isOnTime: boolean
  readonly lagP99Ms: Ms | null
}

/** No machine sends more from a few threads. */
const MAX_RPS: Rps = 200_000
/** Below this, nothing is a load. */
const MIN_RPS: Rps = 20

/** Finds the highest rate that `trial` sends on time. `trial` returns undefined when the search was interrupted. */
export async function findCeiling(
  search: CeilingSearch,
  trial: (rps: Rps) => Promise<RateTrial | undefined>,
): Promise<CeilingFigures | null> {
  const { firstRps, factor, halvings, attempts } = search
  /** Returns undefined if the search was interrupted. */
  const attempt = async (rps: Rps, before: CeilingFigures): Promise<CeilingFigures | undefined> => {
    let lagP99Ms: Ms | null = null
    for (let left = attempts; left > 0; left--) {
      const result = await trial(rps)
      if (result === undefined) return undefined
      if (result.isOnTime) return { ...before, heldRps: rps }
      ;({ lagP99Ms } = result)
    }
    return { ...before, lateRps: rps, lateLagP99Ms: lagP99Ms }
  }
  let found: CeilingFigures = { heldRps: null, lateRps: null, lateLagP99Ms: null }
  let next: Rps | undefined = firstRps
  let halved = 0
  while (next !== undefined) {
    const after: CeilingFigures | undefined = await attempt(next, found)
    if (after === undefined) break
    found = after
    const { heldRps, lateRps } = found
    if (lateRps === null) next = next * factor <= MAX_RPS ? next * factor : undefined
    else if (heldRps === null) next = lateRps / factor >= MIN_RPS ? lateRps / factor : undefined
    else next = halved++ < halvings ? Math.round(Math.sqrt(heldRps * lateRps)) : undefined
  }
  return found.heldRps === null && found.lateRps === null ? null : found
}

/** Share of the requests that must succeed: a server that does not keep up is the end of the search, too. */
const MIN_SUCCEEDED: Ratio = 0.95
/** Share of the rate at which the responses must arrive: above the ceiling, requests wait and are answered later. */
const MIN_ACHIEVED: Ratio = 0.9

/** Returns a trial that loads a server which answers at once. */
export function trialOn(
  target: string,
  {
    stepMs,
    maxConnections,
    signal,
  }: { readonly stepMs: Ms; readonly maxConnections: Count; readonly signal: AbortSignal },
): (rps: Rps) => Promise<RateTrial | undefined> {
  return async (rate) => {
    if (signal.aborted) return undefined
    const run = startCompiled(
      resolvePlan(
        { target, rate, duration: stepMs, maxConnections, requestTimeout: '1s', tracing: 'off' },
        vocabulary,
        { name: 'describe-load doctor' },
      ),
    )
    const stop = (): void => void run.stop('interrupted')
    signal.addEventListener('abort', stop, { once: true })
    try {
      const result = await run.result
      return result.ended === 'completed' ? rateTrial(result) : undefined
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}

/** A rate is on time if a verdict would not be invalid because of the generator, and if the responses keep up. */
export function rateTrial(result: LoadResult): RateTrial {
  const isSent = undeliveredLoad(result, result) === undefined
  return {
    isOnTime:
      isSent &&
      result.successes >= MIN_SUCCEEDED * result.requestsScheduled &&
      result.achievedRps >= MIN_ACHIEVED * result.offeredRps,
    lagP99Ms: result.scheduleLag.p99Ms ?? null,
  }
}
