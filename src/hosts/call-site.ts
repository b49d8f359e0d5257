import { LoadError } from '../model/errors.ts'

/** Where the author of a test wrote `loadTest`, kept from the moment it was declared. */
export interface CallSite {
  /** Points an error at that line instead of at ours, which is where it is thrown from after an `await`. */
  point<Thrown>(error: Thrown): Thrown
}

/** The place from which `helper` was called; `helper` must be on the stack. */
export function callSite(helper: (...args: never[]) => unknown): CallSite {
  const site: { stack?: string } = {}
  Error.captureStackTrace(site, helper)
  const frames = site.stack?.slice(site.stack.indexOf('\n')) ?? ''
  return {
    point: (error) => {
      // Only errors of our own: what a user's code threw says itself where it comes from.
      if (error instanceof LoadError && error.stack !== undefined) {
        error.stack = `${error.name} [${error.code}]: ${error.message}${frames}`
      }
      return error
    },
  }
}
