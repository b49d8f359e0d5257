import { env } from 'node:process'
import { inject, TestRunner } from 'vitest'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import type { HostFacts } from '../doubts.ts'
import { valueAt } from './value-at.ts'

/** Settings that the plugin passes to every test process: plain JSON. */
export interface HostSettings {
  /** The outermost plan keys, for the test files in each folder whose configuration has the plugin. */
  readonly plans: readonly { readonly folder: string; readonly plan: WrittenPlan }[]
  /** True in the projects that the plugin adds for load files. */
  readonly isLoadProject: boolean
  /** Files are collected only to list their tests (`vitest list`). */
  readonly isListing: boolean
  /** The run has Vitest's UI or its HTML reporter. */
  readonly showsImages: boolean
}

/** Returns the plan keys of the plugin in the nearest configuration; an empty plan without the plugin. */
export function planDefaults(): WrittenPlan {
  const file = TestRunner.getCurrentSuite().file.filepath
  const plans = inject('describe-load')?.plans ?? []
  const around = plans.filter(({ folder }) => file.startsWith(`${folder}/`))
  return around.toSorted((a, b) => b.folder.length - a.folder.length)[0]?.plan ?? {}
}

/** Returns whether the tests being declared will not run. False without the plugin, which alone knows. */
export function isListing(): boolean {
  return inject('describe-load')?.isListing ?? false
}

/** Returns whether annotations with images are shown. */
export function areImagesShown(): boolean {
  return inject('describe-load')?.showsImages ?? false
}

export function hostFacts(): HostFacts {
  // Vitest has no public API for this; without it, coverage is not detected, and everything else works.
  const worker: unknown = Reflect.get(globalThis, '__vitest_worker__')
  // With this variable, the run adds the doubt, which must not appear twice.
  const isReportedByRun = env['NODE_V8_COVERAGE'] !== undefined
  return { coverage: !isReportedByRun && valueAt(worker, 'config', 'coverage', 'enabled') === true }
}
