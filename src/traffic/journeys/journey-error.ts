import { LoadError } from '../../model/errors.ts'

const CODE = 'ERR_LOAD_JOURNEY'

/** Creates an error for a journey that breaks a rule. */
export function journeyError(what: string, remedy: string): LoadError {
  return new LoadError(CODE, `${what}\n    → ${remedy}`)
}

/** Wraps an error thrown by a journey and adds where it was thrown. A `LoadError` is returned unchanged. */
export function thrownBy(cause: unknown, number: number, afterStep: string | undefined): LoadError {
  if (cause instanceof LoadError) return cause
  const where = `journey ${number} ${afterStep === undefined ? 'before its first step' : `after step "${afterStep}"`}`
  const error = new LoadError(CODE, `${where} threw ${String(cause)}`, { cause })
  const frames = cause instanceof Error ? framesOf(cause) : ''
  if (frames !== '') error.stack = `${error.name} [${CODE}]: ${error.message}\n${frames}`
  return error
}

/**
 * The cause does not survive the transfer to another thread, but the stack does, so it must contain the user's own
 * lines.
 */
function framesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n')
}
