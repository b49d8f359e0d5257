import type { SidedVerdict } from '../model/verdict.ts'

/** `pass`, or `leans to pass` for an inconclusive verdict: short enough for a column. */
export function formatLeaning({ verdict, leaning }: SidedVerdict): string {
  return verdict === 'inconclusive' && leaning !== undefined && leaning !== 'none' ? `leans to ${leaning}` : verdict
}

/** `fail`, or `inconclusive, leans to fail`. */
export function formatSidedVerdict({ verdict, leaning = 'none' }: SidedVerdict): string {
  if (verdict !== 'inconclusive') return verdict
  return `inconclusive, leans to ${leaning === 'none' ? 'neither side' : leaning}`
}
