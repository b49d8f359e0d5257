import type { Mix, MixEntry } from './load-plan.ts'

/**
 * Builds a workload over several protocols in one run. Each arrival of the common schedule goes to one entry, drawn by
 * weight. Every entry has its own connections, and the result lists its operations under its name.
 */
export function mix(entries: readonly MixEntry[]): Mix {
  return { kind: 'mix', entries }
}
