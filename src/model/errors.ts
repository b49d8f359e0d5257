import type { VerdictValue } from './verdict.ts'

/** Base of every error this project throws on purpose: matched by its stable `code`, never by its text. */
export class LoadError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
    // The code stands in the first line of a printed stack, so a log shows it without anyone asking for it.
    if (this.stack !== undefined) this.stack = this.stack.replace(this.name, `${this.name} [${code}]`)
  }
}

/** One thing that is wrong with a plan: where, what stood there, what must stand there, and what to do. */
export interface PlanFault {
  /** The plan key, dotted for inner ones: `request.method`. */
  readonly key: string
  /** The value as given. */
  readonly value: unknown
  /** What must hold: "must be greater than 0". */
  readonly rule: string
  /** What to do about it, when the rule alone does not say. */
  readonly remedy?: string
}

/** A plan with faults: every one of them is listed, and no traffic has been sent. Code `ERR_LOAD_PLAN`. */
export class LoadPlanError extends LoadError {
  readonly faults: readonly PlanFault[]

  constructor(faults: readonly PlanFault[]) {
    super('ERR_LOAD_PLAN', faults.length === 1 && faults[0] ? wordFault(faults[0]) : listFaults(faults))
    this.faults = faults
  }
}

/**
 * The target cannot be used: it may not be loaded, nothing answers there, or it could not be started. No request was
 * sent. Codes `ERR_LOAD_TARGET_REFUSED` (not loopback and not in `allowHosts`), `ERR_LOAD_TARGET_UNREACHABLE` and
 * `ERR_LOAD_TARGET_START`.
 */
export class LoadTargetError extends LoadError {}

/**
 * This machine does not give the generator what the plan needs. Codes `ERR_LOAD_DESCRIPTORS` (too few file descriptors)
 * and `ERR_LOAD_MEMORY` (a generator thread used up its heap).
 */
export class LoadResourceError extends LoadError {}

/** What was asked of a target was not shown: the verdict says whether the contrary was, or neither. */
export class LoadVerdictError extends LoadError {
  readonly verdict: VerdictValue

  constructor(code: string, verdict: VerdictValue, message: string) {
    super(code, `${verdict}: ${message}`)
    this.verdict = verdict
  }
}

/** The tool's own bookkeeping does not add up. Never the user's fault; code `ERR_LOAD_INTERNAL`. */
export class LoadInternalError extends LoadError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_LOAD_INTERNAL', `${message}\n  This is a fault of describe-load itself; please report it.`, options)
  }
}

function wordFault({ key, value, rule, remedy }: PlanFault): string {
  return `${key} ${rule}, got ${wordValue(value)}${remedy === undefined ? '' : `\n    → ${remedy}`}`
}

function listFaults(faults: readonly PlanFault[]): string {
  return [`the plan has ${faults.length} faults`, ...faults.map((fault) => `  - ${wordFault(fault)}`)].join('\n')
}

/** A value as it reads in source code, short enough for one line. */
export function wordValue(value: unknown): string {
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`
  if (typeof value === 'number' || typeof value === 'undefined') return String(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'string') return shorten(`'${value}'`)
  try {
    return shorten(JSON.stringify(value))
  } catch {
    return Object.prototype.toString.call(value)
  }
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
