import { LoadPlanError, type PlanIssue } from '../model/errors.ts'
import { numberWhere, type Reader } from '../model/readers.ts'

/**
 * Checks the options of a suite that are not keys of a plan, before any traffic. An absent option has its default.
 * Throws `LoadPlanError` with every issue.
 */
export function checkOptions<Options extends object>(
  options: Options,
  readers: { readonly [Name in keyof Options]?: Reader<unknown> },
): void {
  const issues: PlanIssue[] = []
  for (const [name, read] of Object.entries<Reader<unknown> | undefined>(readers)) {
    const value = options[name as keyof Options]
    if (value !== undefined) read?.(value, name, issues)
  }
  if (issues.length > 0) throw new LoadPlanError(issues)
}

/** Reads a number of at least `min`. */
export function atLeast(min: number): Reader<number> {
  return numberWhere(`must be at least ${min}`, (value) => value >= min)
}

/** Reads a share of a default length. */
export const readLengthShare: Reader<number> = numberWhere(
  'must be greater than 0 and at most 1',
  (value) => value > 0 && value <= 1,
)
