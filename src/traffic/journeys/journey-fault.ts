import { LoadError } from '../../model/errors.ts'

const CODE = 'ERR_LOAD_JOURNEY'

/** A journey does what none may. */
export function journeyFault(what: string, remedy: string): LoadError {
  return new LoadError(CODE, `${what}\n    → ${remedy}`)
}

/** What the code of a journey threw, with the place where it did; an error that is thrown on purpose is told as it is. */
export function thrownBy(cause: unknown, number: number, afterStep: string | undefined): LoadError {
  if (cause instanceof LoadError) return cause
  const where = `journey ${number} ${afterStep === undefined ? 'before its first step' : `after step "${afterStep}"`}`
  const error = new LoadError(CODE, `${where} threw ${String(cause)}`, { cause })
  const frames = cause instanceof Error ? framesOf(cause) : ''
  if (frames !== '') error.stack = `${error.name} [${CODE}]: ${error.message}\n${frames}`
  return error
}

/** Across a thread the cause is lost, but not the stack: the author's own lines must stand in it. */
function framesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n')
}
