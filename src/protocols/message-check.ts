import { type BodyCheck, bodyFailure, type CheckFunction, functionFailure } from './check.ts'

const NO_HEADERS = {}

/** Conditions that every message of a response must satisfy: all of a list, or a function. */
export type MessageCheck = BodyCheck | readonly BodyCheck[] | CheckFunction

/** Keys of every protocol whose responses consist of messages. */
export interface CheckedByMessage {
  /**
   * Conditions that every message of the response must satisfy. A message that fails them is an error of class `check`.
   * A function makes the generator run in the test's thread, which the result reports as a doubt.
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
  if (typeof check === 'function') return functionFailure(check, { status: 0, headers: NO_HEADERS, body })
  for (const each of [check].flat()) {
    const failure = bodyFailure(each, body, 'message')
    if (failure !== undefined) return failure
  }
  return undefined
}
