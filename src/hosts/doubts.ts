import { warmUpOf } from '../judge/analysis/warm-up.ts'
import type { LoadResult } from '../model/result.ts'
import { formatDuration } from '../model/units.ts'

/** What distorts figures and only a host can know. */
export interface HostFacts {
  /** The host collects code coverage in this process, in a way that the run itself cannot see. */
  readonly coverage: boolean
}

/** The same result, doubting itself for what its host does besides, and for a beginning that is not like the rest. */
export function withDoubts(result: LoadResult, { coverage }: HostFacts): LoadResult {
  const found = [
    ...(coverage
      ? ['coverage is being collected in the test process, which slows it: run load tests without --coverage']
      : []),
    ...warmUpDoubt(result),
  ]
  if (found.length === 0) return result
  const doubts = Object.freeze([...result.generator.doubts, ...found])
  return Object.freeze({ ...result, generator: Object.freeze({ ...result.generator, doubts }) })
}

/** A beginning that is faster than the rest is none: there a queue grows, and verdicts tell of it. */
function warmUpDoubt(result: LoadResult): string[] {
  const found = warmUpOf(result)
  if (found.kind !== 'warm-up' || found.firstMeanMs < found.restMeanMs) return []
  const seconds = Math.ceil(found.untilMs / 1_000)
  const warmUp = `${Math.round(result.plan.warmUpMs / 1_000) + seconds}s`
  const means = `mean ${found.firstMeanMs.toPrecision(3)} ms, then ${found.restMeanMs.toPrecision(3)} ms`
  return [
    `warm-up: the first ${formatDuration(1_000 * seconds)} were slower than the rest (${means}); leave them out with warmUp: '${warmUp}'`,
  ]
}
