/** Keys that requests of every protocol have in common. */
export interface RequestLabel {
  /** Results are kept per operation under this name. */
  readonly name?: string
  /** Share of this request in a list, relative to the others; default 1. */
  readonly weight?: number
  /**
   * What a journey or a setup needs from the response: its text, or its text parsed as JSON (a response that does not
   * parse is an error of class `protocol`). Default: nothing is kept.
   */
  readonly read?: 'text' | 'json'
}

/** A request of any protocol, as far as code that does not implement the protocol needs to know. */
export interface AnyRequest extends Omit<RequestLabel, 'read'> {
  readonly read?: 'headers' | 'text' | 'json'
  readonly [key: string]: unknown
}
