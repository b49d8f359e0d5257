import type { Doubt } from '../model/doubt.ts'
import type { LoadResult } from '../model/result.ts'

/** Doubts about this machine, which change times and say nothing about the target. */
const OF_MACHINE: ReadonlySet<Doubt['code']> = new Set<Doubt['code']>([
  'foreign-load',
  'generator-blocked',
  'generator-busy',
  'generator-starved',
  'generator-suspended',
  'saturated-cpu',
  'shared-cores',
  'steal',
])

/** Returns whether a busy machine may have changed the times of a run, according to its doubts. */
export function wasDisturbed({ generator }: Pick<LoadResult, 'generator'>): boolean {
  return generator.doubts.some(({ code }) => OF_MACHINE.has(code))
}
