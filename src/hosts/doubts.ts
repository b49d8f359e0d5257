import { warmUpOf } from '../judge/analysis/warm-up.ts'
import type { Doubt } from '../model/doubt.ts'
import type { LoadResult } from '../model/result.ts'
import { makeReadable } from '../report/readable-result.ts'
import { doubt } from '../wording/doubts.ts'

/** Facts that distort figures and that only the host knows. */
export interface HostFacts {
  /** The host collects code coverage in this process, in a way that the run cannot detect. */
  readonly coverage: boolean
}

/** Returns the result with the doubts that only the host can add, and with the doubt of a slow start. */
export function withDoubts(result: LoadResult, { coverage }: HostFacts): LoadResult {
  const known = result.generator.doubts
  const found = [
    ...(coverage && !known.some(({ code }) => code === 'coverage') ? [doubt({ code: 'coverage' })] : []),
    ...slowStart(result),
  ]
  if (found.length === 0) return result
  const doubts = Object.freeze([...known, ...found])
  return Object.freeze(makeReadable({ ...result, generator: Object.freeze({ ...result.generator, doubts }) }))
}

/** Ignores a start that is faster than the rest, which is a growing queue; the verdicts report it. */
function slowStart(result: LoadResult): Doubt[] {
  const found = warmUpOf(result)
  if (found.kind !== 'warm-up' || found.firstMeanMs < found.restMeanMs) return []
  const { firstMeanMs, restMeanMs } = found
  const slowMs = 1_000 * Math.ceil(found.untilMs / 1_000)
  const warmUpMs = 1_000 * Math.round(result.plan.warmUpMs / 1_000) + slowMs
  return [doubt({ code: 'slow-start', slowMs, firstMeanMs, restMeanMs, warmUpMs })]
}
