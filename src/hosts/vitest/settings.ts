import { env } from 'node:process'
import { inject } from 'vitest'
import type { LoadPlan } from '../../model/plan.ts'
import type { HostFacts } from '../doubts.ts'

/** What the plugin tells every test process: plain JSON. */
export interface HostSettings {
  /** The outermost plan keys. */
  readonly plan: LoadPlan
  /** Files are collected to list their tests (`vitest list`), not to run them. */
  readonly isListing: boolean
}

/** Plan keys given to the plugin; none without it. */
export function planDefaults(): LoadPlan {
  return inject('describe-load')?.plan ?? {}
}

/** Whether the tests that are declared now will not run. False without the plugin, which alone knows. */
export function isListing(): boolean {
  return inject('describe-load')?.isListing ?? false
}

export function hostFacts(): HostFacts {
  // Vitest says this nowhere in its public interface; without it, coverage goes unnoticed and nothing else suffers.
  const worker: unknown = Reflect.get(globalThis, '__vitest_worker__')
  // With that variable the run says so itself, and once is enough.
  const saidByRun = env['NODE_V8_COVERAGE'] !== undefined
  return { coverage: !saidByRun && at(worker, 'config', 'coverage', 'enabled') === true }
}

function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  )
}
