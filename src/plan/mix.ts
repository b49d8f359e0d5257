import type { Mix, MixEntry, NamedOrCustomMixEntry } from './load-plan.ts'

/**
 * Builds a workload over several protocols in one run. Each arrival of the common schedule goes to one entry, drawn by
 * weight. Every entry has its own connections, and the result lists its operations under its name. If one entry has a
 * custom protocol, every entry names its protocol.
 */
export function mix(entries: readonly NamedOrCustomMixEntry[]): Mix
export function mix(entries: readonly MixEntry[]): Mix
export function mix(entries: Mix['entries']): Mix {
  return { kind: 'mix', entries }
}
