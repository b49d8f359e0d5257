/** Keys that requests of every protocol have in common, with one meaning. */
export interface RequestName {
  /** Results are kept per operation under this name. */
  readonly name?: string
  /** Share of this request in a list, relative to the others; default 1. */
  readonly weight?: number
}

/** Keys of requests whose responses consist of text. */
export interface RequestLabel extends RequestName {
  /**
   * What a journey or a setup needs from the response: its text, or its text parsed as JSON (a response that does not
   * parse is an error of class `protocol`). Default: nothing is kept.
   */
  readonly read?: 'text' | 'json'
}

/** A request of any protocol, as far as code that does not implement the protocol needs to know. */
export interface AnyRequest extends RequestName {
  /** What a journey or a setup needs from the response; `headers` over HTTP only. Default: nothing is kept. */
  readonly read?: 'headers' | 'text' | 'json'
  readonly [key: string]: unknown
}
