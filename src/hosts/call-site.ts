/** Where the author of a test wrote `loadTest`, kept from the moment it was declared. */
export interface CallSite {
  /** Points an error at that line instead of at ours, which is where it is thrown from after an `await`. */
  point<Thrown>(error: Thrown): Thrown
}

/** Frames of this folder are no news to anybody who reads a failure. */
const OURS = import.meta.dirname

/** The place from which `helper` was called; `helper` must be on the stack. */
export function callSite(helper: (...args: never[]) => unknown): CallSite {
  const site: { stack?: string } = {}
  Error.captureStackTrace(site, helper)
  const frames = (site.stack ?? '').split('\n').slice(1)
  const theirs = frames.filter((frame) => !frame.includes(OURS)).join('\n')
  return {
    point: (error) => {
      // Only errors of our own: what a user's code threw says itself where it comes from.
      if (isOurs(error)) error.stack = `${error.name} [${error.code}]: ${error.message}\n${theirs}`
      return error
    },
  }
}

/**
 * The same error, its stack without the frames of ours that lie below the test's body: who reads a failure wants the
 * line of the assertion, and what called that is the same for every load test.
 */
export function withoutOurFrames<Thrown>(error: Thrown): Thrown {
  if (error instanceof Error && typeof error.stack === 'string') {
    const kept = error.stack.split('\n').filter((line) => !(/^\s+at /.test(line) && line.includes(OURS)))
    // A frozen error keeps them.
    Reflect.set(error, 'stack', kept.join('\n'))
  }
  return error
}

function isOurs(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_LOAD_')
}
