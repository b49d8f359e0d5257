/** What every protocol's request may carry. */
export interface RequestLabel {
  /** Results are kept per operation under this name. */
  readonly name?: string
  /** Share of this request in a list, relative to the others; 1 when absent. */
  readonly weight?: number
}

/** What an HTTP answer must satisfy beyond its status, as plain data, so that it runs in the generator threads. */
export interface HttpCheck {
  readonly status?: number
  /** Header names in lower case, with the exact value each must have. */
  readonly header?: Readonly<Record<string, string>>
  readonly bodyIncludes?: string
  /** `path` is dotted: `items.0.id`. */
  readonly json?: { readonly path: string; readonly equals: unknown }
}

/** The answer as a check function sees it. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type HttpCheckFunction = (answer: HttpAnswer) => boolean

export interface HttpRequest extends RequestLabel {
  /** Default `GET`. */
  readonly method?: string
  /** Appended to the path of the target; default `/`. */
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Statuses that count as success, as inclusive ranges; default `[[200, 399]]`. */
  readonly ok?: readonly (readonly [number, number])[]
  /** A function makes the run inline, which the result names as a doubt. */
  readonly check?: HttpCheck | HttpCheckFunction
}
