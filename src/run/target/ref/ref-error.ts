import { LoadTargetError } from '../../../model/errors.ts'

/**
 * Creates the error for a ref whose code cannot be used as a target. `quoted` are lines of the output of a program; they
 * are indented.
 */
export function refError(ref: string, what: string, advice: string, quoted: readonly string[] = []): LoadTargetError {
  const lines = [`ref '${ref}' cannot be used: ${what}`, ...quoted.map((line) => `  ${line}`), `    → ${advice}`]
  return new LoadTargetError('ERR_LOAD_TARGET_REF', lines.join('\n'))
}
