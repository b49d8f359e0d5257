import { availableParallelism } from 'node:os'
import { env } from 'node:process'
import type { PlanEnvironment } from '../plan/vocabulary.ts'

/** Returns what the environment variables add to a plan; `name` is the name of its run. */
export function planEnvironment(name: string | undefined): PlanEnvironment {
  return { name, seed: env['LOAD_SEED'], once: env['LOAD_ONCE'], self: env['LOAD_AA'], cores: availableParallelism() }
}
