import { fileURLToPath, pathToFileURL } from 'node:url'
import { describeThrown } from '../../model/thrown.ts'
import type { ResolvedPlan } from '../../plan/resolved-plan.ts'

/** How code of the user failed outside of a call of the generator. */
export interface UserFailure {
  readonly message: string
  readonly stack: string
}

/** Folder of this program's own files: `src/` in the repository; the package has all files in one folder. */
const OWN_FILES = new URL(import.meta.url.endsWith('.ts') ? '../../' : './', import.meta.url).href
/** Dependencies that the generator uses. The user's code may use them too, but its own lines are then in the stack. */
const OWN_DEPENDENCIES = /\/node_modules\/(?:undici|ws|hdr-histogram-js|csv-parse|chalk|@opentelemetry)\//

/** Maximum number of lines of a stack that are read. */
const MAX_FRAMES = 100
const MAX_LINE_LENGTH = 1_000

/** A position in a stack: "buy.ts:12:5". */
interface Frame {
  readonly file: string
  readonly line: string
}

/**
 * Returns how code of the user caused an error that nothing handled; undefined if the generator caused it. The first
 * line of the stack that belongs to neither Node nor a dependency decides. A stack without such a line, such as that of
 * a socket error without a listener, belongs to the user's code, because the generator listens on all its sockets.
 */
export function userFailureOf(
  thrown: unknown,
  isRejection: boolean,
  modules: readonly string[],
): UserFailure | undefined {
  if (modules.length === 0) return undefined
  const { text, stack } = describeThrown(thrown)
  const frames = framesOf(stack)
  const frame = frames.find(({ file }) => isOwn(file) || !file.includes('/node_modules/'))
  if (frame === undefined ? frames.some(({ file }) => OWN_DEPENDENCIES.test(file)) : isOwn(frame.file)) return undefined
  const what = isRejection ? 'left a rejection unhandled' : 'threw outside of a call of the generator'
  return { message: `${whereOf(frame, modules)} ${what}: ${text}`, stack }
}

/** Returns how code of the user ended its thread. Call it while the thread handles its `exit` event. */
export function exitFailureOf(code: number, modules: readonly string[]): UserFailure {
  const { stack = '' } = new Error('exit')
  const frame = framesOf(stack).find(({ file }) => !isOwn(file))
  return { message: `${whereOf(frame, modules)} ended its thread: process.exit(${code})`, stack }
}

/** Returns the names of the user's modules, for a failure that happened anywhere in them. */
export function namesOf(modules: readonly string[]): string {
  return modules.map(nameOf).join(' or ')
}

/** Returns the user's modules that a job loads into its thread. */
export function userModulesOf({ journey, setup, batch, lanes }: ResolvedPlan): readonly string[] {
  const codes = [journey, setup, batch, ...lanes.map(({ protocol }) => protocol)]
  return [...new Set(codes.flatMap((code) => (code?.from === 'module' ? [code.href] : [])))]
}

function whereOf(frame: Frame | undefined, modules: readonly string[]): string {
  return frame === undefined ? `code of ${namesOf(modules)}` : `${nameOf(frame.file)}:${frame.line}`
}

function isOwn(file: string): boolean {
  return file.startsWith(OWN_FILES)
}

/** Returns the lines of a stack that name a file, without those of Node itself. */
function framesOf(stack: string): readonly Frame[] {
  return stack.split('\n', MAX_FRAMES).flatMap((whole) => {
    const text = whole.slice(0, MAX_LINE_LENGTH)
    if (/\bnode:/.test(text)) return []
    const [, file, line] = /^\s+at .*?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):(\d+):\d+\)?$/.exec(text) ?? []
    if (file === undefined || line === undefined) return []
    return [{ file: file.startsWith('file:') ? file : pathToFileURL(file).href, line }]
  })
}

function nameOf(href: string): string {
  try {
    return fileURLToPath(href)
  } catch {
    return href
  }
}
