import { LoadError } from '../model/errors.ts'

/** What was thrown on purpose in another thread. */
export function revive({ code, message, stack }: { code: string; message: string; stack: string }): LoadError {
  const error = new LoadError(code, message)
  error.stack = stack
  return error
}
