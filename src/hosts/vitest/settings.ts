import { env } from 'node:process'
import { inject } from 'vitest'
import type { WrittenPlan } from '../../plan/load-plan.ts'
import type { HostFacts } from '../doubts.ts'

/** Settings that the plugin passes to every test process: plain JSON. */
export interface HostSettings {
  /** The outermost plan keys. */
  readonly plan: WrittenPlan
  /** Files are collected only to list their tests (`vitest list`). */
  readonly isListing: boolean
}

/** Returns the plan keys of the plugin; an empty plan without the plugin. */
export function planDefaults(): WrittenPlan {
  return inject('describe-load')?.plan ?? {}
}

/** Returns whether the tests being declared will not run. False without the plugin, which alone knows. */
export function isListing(): boolean {
  return inject('describe-load')?.isListing ?? false
}

export function hostFacts(): HostFacts {
  // Vitest has no public API for this; without it, coverage is not detected, and everything else works.
  const worker: unknown = Reflect.get(globalThis, '__vitest_worker__')
  // With this variable, the run adds the doubt, which must not appear twice.
  const saidByRun = env['NODE_V8_COVERAGE'] !== undefined
  return { coverage: !saidByRun && at(worker, 'config', 'coverage', 'enabled') === true }
}

function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  )
}
