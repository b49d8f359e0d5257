import type { LoadMatchers } from '../../judge/matchers/index.ts'
import type { LoadRecord } from '../../model/record.ts'
import type { Progress } from '../../report/live/progress.ts'
import type { HostSettings } from './settings.ts'

export type { LoadMatchers } from '../../judge/matchers/index.ts'

// Vitest 4 has only `Matchers<T>`, Vitest 5 only `Matchers<R, T>`; both extend Chai's interface.
declare global {
  namespace Chai {
    interface Assertion extends LoadMatchers<void> {}
  }
}

declare module 'vitest' {
  // eslint-disable-next-line typescript/no-explicit-any -- an asymmetric matcher can have any type
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

/** Carries the progress of a running load to the reporter. */
export interface ProgressArtifact {
  readonly type: typeof PROGRESS
  readonly progress: Progress
}

export const PROGRESS = 'describe-load:progress'
