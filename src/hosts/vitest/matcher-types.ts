import type { LoadMatchers } from '../../judge/matchers/index.ts'
import type { LoadRecord } from '../../model/record.ts'
import type { Progress } from '../../report/live/progress.ts'
import type { HostSettings } from './settings.ts'

export type { LoadMatchers } from '../../judge/matchers/index.ts'

// `Matchers<T>` exists only in Vitest 4 and `Matchers<R, T>` only in 5; Chai's own interface is what both build on.
declare global {
  namespace Chai {
    interface Assertion extends LoadMatchers<void> {}
  }
}

declare module 'vitest' {
  // eslint-disable-next-line typescript/no-explicit-any -- what an asymmetric matcher stands for is anybody's type
  interface AsymmetricMatchersContaining extends LoadMatchers<any> {}
  interface TaskMeta {
    load?: LoadRecord
  }
  interface ProvidedContext {
    'describe-load'?: HostSettings
  }
  interface TestArtifactRegistry {
    'describe-load:progress': ProgressArtifact
  }
}

/** How a running load reaches the reporter. */
export interface ProgressArtifact {
  readonly type: typeof PROGRESS
  readonly progress: Progress
}

export const PROGRESS = 'describe-load:progress'
