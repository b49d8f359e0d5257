import type { Leaning, VerdictValue } from '../model/verdict.ts'

/** A verdict of a suite, and the side that an inconclusive one leans to. */
export interface SidedVerdict {
  readonly verdict: VerdictValue
  readonly leaning?: Leaning
}

/** Returns true for a pass, and for an inconclusive verdict that leans to a pass. */
export function isMet({ verdict, leaning }: SidedVerdict): boolean {
  return verdict === 'pass' || (verdict === 'inconclusive' && leaning === 'pass')
}

/** `pass`, or `leans to pass` for an inconclusive verdict: short enough for a column. */
export function leaningWords({ verdict, leaning }: SidedVerdict): string {
  return verdict === 'inconclusive' && leaning !== undefined && leaning !== 'none' ? `leans to ${leaning}` : verdict
}

/** `fail`, or `inconclusive, leans to fail`. */
export function verdictWords({ verdict, leaning = 'none' }: SidedVerdict): string {
  if (verdict !== 'inconclusive') return verdict
  return `inconclusive, leans to ${leaning === 'none' ? 'neither side' : leaning}`
}
