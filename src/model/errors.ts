import { cleanError, cleanJson, cleanText } from './text/clean.ts'
import type { VerdictValue } from './verdict.ts'

/**
 * Base class of every error that describe-load throws deliberately. Match it by its stable `code`, never by its text.
 * Its text and its causes are cleaned, because they quote plans and targets, and test runners print them unchanged.
 */
export class LoadError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(cleanText(message), options?.cause === undefined ? {} : { cause: cleanError(options.cause) })
    this.name = new.target.name
    this.code = code
    // Puts the code into the first line of a printed stack, so that every log shows it.
    if (this.stack !== undefined) this.stack = this.stack.replace(this.name, `${this.name} [${code}]`)
  }
}

/** One issue of a plan: its key, the value found there, the rule it breaks, and a remedy. */
export interface PlanIssue {
  /** The plan key, dotted for nested ones: `request.method`. */
  readonly key: string
  /** The value as given. */
  readonly value: unknown
  /** The rule that the value breaks: "must be greater than 0". */
  readonly rule: string
  /** What to do about it, when the rule alone does not say. */
  readonly remedy?: string
}

/** Thrown for an invalid plan, before any traffic. Lists every issue of the plan. Code `ERR_LOAD_PLAN`. */
export class LoadPlanError extends LoadError {
  declare readonly issues: readonly PlanIssue[]

  /** `title` is the first line of a message with several issues. */
  constructor(issues: readonly PlanIssue[], title = `the plan has ${issues.length} issues`) {
    super('ERR_LOAD_PLAN', issues.length === 1 && issues[0] ? formatPlanIssue(issues[0]) : listIssues(issues, title))
    const clean = issues.map((issue) => cleanJson(issue))
    // Node.js and test runners print the enumerable fields of an error, and the message has the issues already.
    Object.defineProperty(this, 'issues', { value: clean, enumerable: false })
  }
}

/**
 * Thrown when the target cannot be used: it is not allowed, it does not answer, or it could not be started. No request
 * was sent. Codes `ERR_LOAD_TARGET_REFUSED` (not loopback and not in `allowHosts`), `ERR_LOAD_TARGET_UNREACHABLE`,
 * `ERR_LOAD_TARGET_START`, `ERR_LOAD_TARGET_REF` (there is no such ref, or git cannot check it out) and
 * `ERR_LOAD_TARGET_PREPARE` (the command that prepares its code failed).
 */
export class LoadTargetError extends LoadError {}

/**
 * Thrown when this machine cannot give the generator what the plan needs. Codes `ERR_LOAD_DESCRIPTORS` (too few file
 * descriptors), `ERR_LOAD_PORTS` (no free local port before the run) and `ERR_LOAD_MEMORY` (a generator thread used up
 * its heap).
 */
export class LoadResourceError extends LoadError {}

/**
 * Thrown when code of the user failed before the run sent a request: a custom protocol, a journey, or a module that
 * they import threw outside of a call, ended its thread, or did not return. During the run, such a failure is part of
 * the result. Code `ERR_LOAD_USER_CODE`, or `ERR_LOAD_JOURNEY` for a journey.
 */
export class LoadUserCodeError extends LoadError {}

/** Thrown when a requirement was not shown to hold; `verdict` says whether it was refuted or left undecided. */
export class LoadVerdictError extends LoadError {
  readonly verdict: VerdictValue

  constructor(code: string, verdict: VerdictValue, message: string) {
    super(code, message)
    this.verdict = verdict
  }
}

/** Thrown when describe-load's own bookkeeping is inconsistent. Never the user's fault. Code `ERR_LOAD_INTERNAL`. */
export class LoadInternalError extends LoadError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_LOAD_INTERNAL', `${message}\n  This is a bug in describe-load; please report it.`, options)
  }
}

function formatPlanIssue({ key, value, rule, remedy }: PlanIssue): string {
  return `${key} ${rule}, got ${formatValue(value)}${remedy === undefined ? '' : `\n    → ${remedy}`}`
}

function listIssues(issues: readonly PlanIssue[], title: string): string {
  return [title, ...issues.map((issue) => `  - ${formatPlanIssue(issue)}`)].join('\n')
}

/** Replaces a value that may contain secrets. */
export const NOT_SHOWN = '(not shown)'

/** Formats a value as source code, clean and short enough for one line. */
export function formatValue(value: unknown): string {
  if (value === NOT_SHOWN) return NOT_SHOWN
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`
  if (typeof value === 'number' || typeof value === 'undefined') return String(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'string')
    return shorten(cleanText(`'${value.slice(0, MAX_QUOTED).replaceAll('\r', '\\r').replaceAll('\n', '\\n')}'`))
  try {
    return shorten(cleanText(JSON.stringify(value)))
  } catch {
    return Object.prototype.toString.call(value)
  }
}

/** Longer texts are cut before they are cleaned. */
const MAX_QUOTED = 1_000

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
