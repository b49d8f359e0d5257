/**
 * A matcher was called in a way that has no meaning. Codes: `ERR_LOAD_MATCHER_SUBJECT` (not a result, nor a part of
 * one), `ERR_LOAD_MATCHER_ARGUMENT` (a limit that is no number or out of range), `ERR_LOAD_MATCHER_MODEL` (the claim
 * has no meaning in this load model), `ERR_LOAD_MATCHER_SLA` (no service level to judge by).
 */
export class LoadMatcherError extends TypeError {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'LoadMatcherError'
    this.code = code
    // The code stands in the first line of a printed stack, so a log shows it without anyone asking for it.
    if (this.stack !== undefined) this.stack = this.stack.replace(/^\w+/, `${this.name} [${code}]`)
  }
}
