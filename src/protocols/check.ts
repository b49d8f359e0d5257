import { isDeepStrictEqual } from 'node:util'
import { formatValue } from '../model/errors.ts'
import { isStandardSchema, type StandardSchema } from '../model/standard-schema.ts'
import { messageOf } from '../model/thrown.ts'
import { parseJson } from './json-text.ts'
import { textSchemaFailure } from './schema-check.ts'

/** A condition on one value of a JSON body. `path` is dotted: `items.0.id`. */
export type JsonCheck = {
  /** Dotted path of the value: `items.0.id`. */
  readonly path: string
} &
  /** The value that the body must have at this path, compared deeply. */
  (
    | { readonly equals: unknown }
    /** True: the body must not have this path. */
    | { readonly absent: boolean }
    /** True: the body must have this path, with any value. */
    | { readonly exists: boolean }
  )

/** Conditions on the content of a response, as plain data, so that generator threads can check them. */
export interface BodyCheck {
  /** A text that the response must contain. */
  readonly bodyIncludes?: string
  /** A text that shows a failure: `-ERR`. */
  readonly bodyExcludes?: string
  /** A condition on one value of a JSON response: `{ path: 'status', equals: 'ok' }`. */
  readonly json?: JsonCheck
}

/**
 * A response, as a check function sees it: with HTTP the whole response, over a socket each message. It has one type
 * for all protocols, so that TypeScript infers the parameter of a function in a plan that names no protocol.
 */
export interface CheckedAnswer {
  /** 0 where the protocol has no status. */
  readonly status: number
  /** Names in lower case; empty where the protocol has no headers. */
  readonly headers: Readonly<Record<string, string>>
  /** Decoded as UTF-8. */
  readonly body: string
}

export type CheckFunction = (answer: CheckedAnswer) => boolean

/** A check that is code: a function, or a schema for JSON. */
export type CheckCode = CheckFunction | StandardSchema

export function isCheckCode(check: unknown): check is CheckCode {
  return typeof check === 'function' || isStandardSchema(check)
}

/** Returns why a check that is code rejects an answer, or undefined when it accepts it. */
export function codeFailure(check: CheckCode, answer: CheckedAnswer, noun: 'body' | 'message'): string | undefined {
  return isStandardSchema(check) ? textSchemaFailure(check, answer.body, noun) : functionFailure(check, answer)
}

function functionFailure(check: CheckFunction, answer: CheckedAnswer): string | undefined {
  try {
    const accepted: unknown = check(answer)
    if (accepted !== undefined) return accepted ? undefined : 'the check function rejected the response'
    return `the check function returned undefined${parseRemedy(answer)}`
  } catch (error) {
    return `the check function threw: ${messageOf(error)}${parseRemedy(answer)}`
  }
}

/** A field of a JSON body is undefined before the body is parsed. */
function parseRemedy({ body }: CheckedAnswer): string {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? '; the body is a text: use JSON.parse(body)' : ''
  } catch {
    return ''
  }
}

/** Returns why content fails the check, or undefined when it passes. `noun` names the content in the message. */
export function bodyFailure(
  { bodyIncludes, bodyExcludes, json }: BodyCheck,
  body: string,
  noun: 'body' | 'message',
): string | undefined {
  if (bodyIncludes !== undefined && !body.includes(bodyIncludes)) {
    return `expected the ${noun} to include ${formatValue(bodyIncludes)}, got ${formatValue(body)}`
  }
  if (bodyExcludes !== undefined && body.includes(bodyExcludes)) {
    return `expected the ${noun} not to include ${formatValue(bodyExcludes)}, got ${formatValue(body)}`
  }
  return json && jsonFailure(json, body, noun)
}

function jsonFailure(check: JsonCheck, body: string, noun: 'body' | 'message'): string | undefined {
  let root: unknown
  try {
    root = parseJson(body)
  } catch {
    return `expected a JSON ${noun}, got ${formatValue(body)}`
  }
  const { path } = check
  const found = valueAt(root, path)
  if ('equals' in check) {
    const expected = `expected ${path} to be ${formatValue(check.equals)}`
    if (found === undefined) return `${expected}, but the ${noun} has no ${path}`
    return isDeepStrictEqual(found.value, check.equals) ? undefined : `${expected}, got ${formatValue(found.value)}`
  }
  const wanted = 'exists' in check ? check.exists : !check.absent
  if (wanted) return found === undefined ? `expected ${path} to exist, but the ${noun} has no ${path}` : undefined
  return found === undefined ? undefined : `expected ${path} to be absent, got ${formatValue(found.value)}`
}

/** Returns the value at a dotted path, or undefined when the path does not exist. */
function valueAt(root: unknown, path: string): { readonly value: unknown } | undefined {
  let value = root
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[name]
  }
  return { value }
}
