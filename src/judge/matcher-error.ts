import { cleanText } from '../model/text/clean.ts'

/**
 * Invalid call of a matcher. Codes: `ERR_LOAD_MATCHER_SUBJECT` (the subject is not a result or a part of one),
 * `ERR_LOAD_MATCHER_ARGUMENT` (an argument has the wrong type or is out of range), `ERR_LOAD_MATCHER_MODEL` (the load
 * model of the run does not support the matcher), `ERR_LOAD_MATCHER_SLA` (there is no service level to judge),
 * `ERR_LOAD_MATCHER_STREAM` (no times of streams were recorded).
 */
export class LoadMatcherError extends TypeError {
  readonly code: string

  constructor(code: string, message: string) {
    super(cleanText(message))
    this.name = 'LoadMatcherError'
    this.code = code
    // Puts the code into the first line of the stack, so that every log that prints the stack shows it.
    if (this.stack !== undefined) this.stack = this.stack.replace(/^\w+/, `${this.name} [${code}]`)
  }
}
