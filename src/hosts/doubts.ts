import { url as inspectorUrl } from 'node:inspector'
import type { LoadResult } from '../model/result.ts'

/** What distorts figures and only a host can know. */
export interface HostFacts {
  /** Code coverage is being collected in this process. */
  readonly coverage: boolean
}

/** The same result, doubting itself for what its process is doing besides. */
export function withHostDoubts(result: LoadResult, { coverage }: HostFacts): LoadResult {
  const doubts = [
    ...(coverage
      ? ['coverage is being collected: code runs slower than it does; run load tests without --coverage']
      : []),
    ...(inspectorUrl() === undefined
      ? []
      : ['an inspector is attached to the test process: run load tests without --inspect']),
  ]
  if (doubts.length === 0) return result
  const generator = Object.freeze({
    ...result.generator,
    doubts: Object.freeze([...result.generator.doubts, ...doubts]),
  })
  return Object.freeze({ ...result, generator })
}
