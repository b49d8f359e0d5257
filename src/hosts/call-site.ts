import { fileURLToPath, pathToFileURL } from 'node:url'
import { isError } from '../model/thrown.ts'
import type { SourcePlace } from '../model/verdict.ts'

/** The location at which a test called `loadTest`, captured when the test was declared. */
export interface CallSite {
  /** The file and line, if they are known. */
  readonly place: SourcePlace | undefined
  /** Sets the stack of an error to that location instead of describe-load's code, which throws it after an `await`. */
  point<Thrown>(error: Thrown): Thrown
}

/**
 * Frames of this folder do not help a user. In the package, it is the whole package: a host that maps the files of `dist`
 * to their sources names these.
 */
const OUR_FOLDER = import.meta.dirname.replace(/([/\\])dist$/, '$1')

/** Frames name a file by its path, or by its URL in an ES module, where spaces and other characters are escaped. */
const OURS = [OUR_FOLDER, pathToFileURL(OUR_FOLDER).href].map(withSlashes)

/** Returns the location from which `helper` was called; `helper` must be on the stack. */
export function callSite(helper: (...args: never[]) => unknown): CallSite {
  const site: { stack?: string } = {}
  Error.captureStackTrace(site, helper)
  const frames = (site.stack ?? '').split('\n').slice(1)
  const theirs = frames.filter((frame) => !isInOurCode(frame) && !isOfLoader(frame)).join('\n')
  return siteOf(placeIn(theirs), theirs)
}

/** Returns the location of a declaration that the host knows. */
export function declaredSite(place: SourcePlace): CallSite {
  return siteOf(place, `    at ${place.file}:${place.line}:${place.column}`)
}

function siteOf(place: SourcePlace | undefined, frames: string): CallSite {
  return {
    place,
    point: (error) => {
      // Changes only errors of describe-load: the stack of an error in the user's code is already correct.
      if (isOurs(error)) {
        error.stack = `${error.name} [${error.code}]: ${error.message}\n${frames}`
        if (isQuoted(error.cause, error.message)) Reflect.deleteProperty(error, 'cause')
        else withoutOurFrames(error.cause)
      }
      return error
    },
  }
}

/**
 * Returns the same error, with its stack reduced to frames outside describe-load: the user needs the line of the
 * assertion, and the frames below the test's body are the same in every load test.
 */
export function withoutOurFrames<Thrown>(error: Thrown): Thrown {
  if (isError(error) && typeof error.stack === 'string') {
    const kept = error.stack.split('\n').filter((line) => !(/^\s+at /.test(line) && isInOurCode(line)))
    // A frozen error keeps its frames.
    Reflect.set(error, 'stack', kept.join('\n'))
  }
  return error
}

/** Returns whether a frame, or the path of a file, is in describe-load. */
export function isInOurCode(frame: string): boolean {
  const written = withSlashes(frame)
  return OURS.some((folder) => written.includes(folder))
}

/** On Windows, tools write paths with either slash, and drives in either case. */
function withSlashes(text: string): string {
  return text.replaceAll('\\', '/').replace(/(?<![a-z])[a-z]:(?=\/)/gi, (drive) => drive.toUpperCase())
}

/**
 * A frame as V8 writes it, such as `at async test (file:///shop/a.test.ts:3:5)`. Names of functions and of folders may
 * have parentheses, so the location begins at the last one before a path, a URL, `[eval]` or `<anonymous>`.
 */
const FRAME = /^\s+at (?:async )?(?:.* \((?=[\\/[<]|[\w.+-]+:))?(.+?):(\d+):(\d+)\)?$/
/** Frames of Node and of packages, such as the test runner. */
const NOT_OF_USER = /^node:|[/\\]node_modules[/\\]|^native$|<anonymous>/

/** Returns the place of the first frame in a file of the user. */
export function placeIn(frames: string): SourcePlace | undefined {
  for (const frame of frames.split('\n')) {
    const [, path = '', line, column] = FRAME.exec(frame) ?? []
    if (path === '' || NOT_OF_USER.test(path)) continue
    const file = path.startsWith('file:') ? fileURLToPath(path) : path
    return { file, line: Number(line), column: Number(column) }
  }
  return undefined
}

/** Node's frames below a script say how Node loaded it. */
function isOfLoader(frame: string): boolean {
  return /\(?node:internal\//.test(frame)
}

function isOurs(error: unknown): error is Error & { readonly code: string } {
  return isError(error) && 'code' in error && String(error.code).startsWith('ERR_LOAD_')
}

/**
 * Whether a cause says nothing that the message does not quote. Test runners print causes with their stacks and fields,
 * which hide the message. An error in code of the user keeps its stack, which says where it was thrown.
 */
function isQuoted(cause: unknown, message: string): boolean {
  if (!isError(cause) || cause.cause !== undefined || !message.includes(cause.message)) return false
  const frames = (cause.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return frames.every((frame) => isInOurCode(frame) || frame.includes('(node:') || frame.includes(' node:'))
}
