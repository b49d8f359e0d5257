import { type BodyCheck, bodyFailure, type CheckCode, codeFailure, isCheckCode } from './check.ts'

const NO_HEADERS = {}

/** Conditions that every message of a response must satisfy: all of a list, a function, or a schema. */
export type MessageCheck = BodyCheck | readonly BodyCheck[] | CheckCode

/** Keys of every protocol whose responses consist of messages. */
export interface CheckedByMessage {
  /**
   * Conditions that every message of the response must satisfy. A message that fails them is an error of class `check`.
   * A function, or a schema of Zod, Valibot or ArkType for messages in JSON, makes the generator run in the test's
   * thread, which the result reports as a doubt.
   */
  readonly check?: MessageCheck
}

/** Maximum number of characters of an excerpt. */
export const EXCERPT_CHARACTERS = 300

/** Returns the beginning of a message that failed, for a report; an empty message has none. */
export function excerptOf(text: string): { readonly excerpt?: string } {
  return text === '' ? {} : { excerpt: text.slice(0, EXCERPT_CHARACTERS) }
}

/** Returns why a message fails the check, or undefined when it passes. */
export function messageFailure(check: MessageCheck, body: string): string | undefined {
  if (isCheckCode(check)) return codeFailure(check, { status: 0, headers: NO_HEADERS, body }, 'message')
  for (const each of [check].flat()) {
    const failure = bodyFailure(each, body, 'message')
    if (failure !== undefined) return failure
  }
  return undefined
}
