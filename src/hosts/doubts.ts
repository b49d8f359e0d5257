import type { LoadResult } from '../model/result.ts'

/** What distorts figures and only a host can know. */
export interface HostFacts {
  /** The host collects code coverage in this process, in a way that the run itself cannot see. */
  readonly coverage: boolean
}

/** The same result, doubting itself for what its host does besides. */
export function withHostDoubts(result: LoadResult, { coverage }: HostFacts): LoadResult {
  if (!coverage) return result
  const doubt = 'coverage is being collected in the test process, which slows it: run load tests without --coverage'
  const doubts = Object.freeze([...result.generator.doubts, doubt])
  return Object.freeze({ ...result, generator: Object.freeze({ ...result.generator, doubts }) })
}
