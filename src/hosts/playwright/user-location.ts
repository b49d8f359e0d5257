import { Script } from 'node:vm'
import { isInOurCode } from '../call-site.ts'

/**
 * Calls `declare`, a function of Playwright, as if from the line of the user's file that called describe-load. Playwright
 * takes the location of a test, which reporters and editors show and `playwright test FILE:LINE` selects, from the frame
 * that calls its function, and it has no option for another one. So the call goes through a function that is compiled
 * with the file and the position of the user's frame.
 */
export function declareAtUserLine<Given extends readonly unknown[]>(
  declare: (...given: Given) => void,
  ...given: Given
): void {
  const { file, line, column } = userPlace() ?? {}
  if (file === undefined || line === undefined || column === undefined) return declare(...given)
  const place = { filename: file, lineOffset: line - 1, columnOffset: column - 1 - CALLER.indexOf('declare(...') }
  const call = new Script(CALLER, place).runInThisContext() as (declare: (...all: Given) => void, given: Given) => void
  call(declare, given)
}

/** Source code of the function that calls Playwright. */
const CALLER = '(declare,given)=>declare(...given)'

interface CodePlace {
  readonly file: string | undefined
  readonly line: number | undefined
  readonly column: number | undefined
}

/** Returns the place of the innermost frame outside of describe-load, in the code that runs. */
function userPlace(): CodePlace | undefined {
  const { prepareStackTrace, stackTraceLimit } = Error
  const holder: { stack?: unknown } = {}
  try {
    // Playwright maps the position to the source of a compiled file; here it must stay as it is.
    Error.prepareStackTrace = (_, frames) =>
      frames.map((frame) => ({
        file: frame.getFileName() ?? undefined,
        line: frame.getLineNumber() ?? undefined,
        column: frame.getColumnNumber() ?? undefined,
      }))
    Error.stackTraceLimit = 50
    Error.captureStackTrace(holder, userPlace)
    const places = holder.stack as readonly CodePlace[]
    return places.find(({ file }) => file !== undefined && !file.startsWith('node:') && !isInOurCode(file))
  } finally {
    Error.prepareStackTrace = prepareStackTrace
    Error.stackTraceLimit = stackTraceLimit
  }
}
