import { expect as vitestExpect } from 'vitest'
import type { ExpectStatic } from 'vitest'
import type { LoadMatchers } from '../../judge/matchers/index.ts'
import type { JudgedFigures } from '../../model/figures.ts'
import type { MetricFigures } from '../../model/metric.ts'
import { hostMatchers } from '../host-matchers.ts'

vitestExpect.extend(hostMatchers((note) => console.warn(note)))

type Assertion = ReturnType<ExpectStatic>

/**
 * Vitest's assertion on the figures of a run. It declares the matchers again, because the types through which Vitest
 * adds them to its own assertion lose the texts that an editor shows.
 */
interface LoadAssertion extends LoadMatchers<void>, Assertion {
  readonly not: LoadMatchers<void> & Assertion
}

/** Vitest's `expect`, extended with the matchers for load results. */
export interface LoadExpect extends ExpectStatic {
  (actual: JudgedFigures | MetricFigures | null | undefined, message?: string): LoadAssertion
}

/** Vitest's `expect`, extended with the matchers for load results. */
export const expect: LoadExpect = vitestExpect as LoadExpect
