import { LoadError } from '../../model/errors.ts'

/** Recreates a `LoadError` that was thrown in another thread. */
export function revive({ code, message, stack }: { code: string; message: string; stack: string }): LoadError {
  const error = new LoadError(code, message)
  error.stack = stack
  return error
}
